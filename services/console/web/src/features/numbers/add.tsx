import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/api/client";
import { useMay } from "@/api/session";
import { short } from "@/lib/search";
import { SelectField, Section } from "@/ui/field";
import { Body, Empty, Page } from "@/ui/page";
import { Tabs } from "@/ui/tabs";
import { Bring } from "./bring";
import { Buy } from "./buy";
import { Paste } from "./paste";
import { PlaceField } from "./picker";
import { WAYS, type Way } from "./search";

/** Whose carrier account numbers are of, and what they will serve. */
export interface Whither {
  place: string;
  /** Empty: the platform's own. */
  sid: string;
}

/** New numbers: bought, brought in from the carrier, or pasted. */
export function AddNumbers() {
  const { way = "buy", place: first = "" } = useSearch({ from: "/numbers/add" });
  const navigate = useNavigate();
  const mayEdit = useMay("edit");
  const [place, setPlace] = useState(first);
  const [sid, setSid] = useState("");
  const carriers = useQuery({ queryKey: ["carriers"], queryFn: () => data(api.GET("/api/v1/carriers", { params: { query: { limit: 200 } } })) }).data?.items ?? [];
  const sids = [{ value: "", label: "The platform's own" }, ...carriers.map(({ document }) => ({ value: document.account_sid, label: document.account_sid }))];
  const whither = { place, sid };
  const ways: Record<Way, React.ReactNode> = { buy: <Buy whither={whither} />, carrier: <Bring key={sid} whither={whither} />, list: <Paste whither={whither} /> };
  const above = <Link to="/numbers" search={{}} className="hover:text-text">Numbers</Link>;
  if (!mayEdit) return <Page title="Add numbers" above={above}><Empty title="Only who may edit can add numbers" /></Page>;
  return (
    <Page title="Add numbers" above={above}>
      <Body label="Add numbers">
        <Section title="Where they go" about="Calls to a number without a place are closed; it can get one later.">
          <PlaceField label="They serve" value={place} onChange={setPlace} />
          <SelectField label="Carrier account" value={sid} choices={sids} onChange={setSid} />
        </Section>
        <Tabs tabs={(Object.keys(WAYS) as Way[]).map((id) => ({ id, label: WAYS[id], content: ways[id] }))} value={way} onChange={(next) => void navigate({ to: "/numbers/add", search: short({ way: next === "buy" ? undefined : (next as Way), place: first || undefined }), replace: true })} />
      </Body>
    </Page>
  );
}
