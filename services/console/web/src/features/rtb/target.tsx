import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { Draft } from "@/api/draft";
import { fieldErrors } from "@/api/errors";
import type { Documents } from "@/api/records";
import { Fields } from "@/app/fields";
import { RecordPage } from "@/app/record";
import { buttonLook } from "@/ui/button";
import { Tabs } from "@/ui/tabs";
import { Basic } from "./basic";
import { Endpoint } from "./endpoint";
import { tabOf } from "./fields";
import { Leg } from "./leg";
import { Limits } from "./limits";
import { RequestPart } from "./request";
import { ResponsePart } from "./response";
import { TABS, type TabName } from "./search";
import { TestBid } from "./test-bid";

export type TargetDraft = Draft<Documents["rtb-targets"]>;

// What is left out has the owner's own defaults.
const FRESH = {
  name: "",
  company: "",
  contact_name: "",
  contact_email: "",
  contact_phone: "",
  status: "active",
  endpoint: "",
  method: "POST",
  content: "json",
  template: "",
  headers: [],
  auth: { kind: "none" },
  timeout_ms: 1500,
  adaptive: true,
  minimum_bid: "0",
  maximum_bid: "1000",
  currency: "USD",
  exposure: "hidden",
  prefers: "sip",
  countries: ["CA", "US"],
  sip_headers: [],
  digits: "",
  publishers: [],
  shared_tags: [],
  duplicates: { scope: "none", after: "conversion", days: null, within_campaign: false },
  response: { accept: "", amount: "", currency: "", phone: "", sip: "", required_seconds: "", expiry: "", reject_reason: "", reject_code: "" },
  notices: { win: "", loss: "", billing: "" },
  bidder_may: { pause: false, daily_cap_max: null },
  zone: "UTC",
  caps: { concurrency: null, limits: [], overshoot: false },
} as unknown as Documents["rtb-targets"];

/** An outside bidder: who it is, how it is asked and read, what limits it; and a test of it. */
export function RtbTargetPage() {
  const { id } = useParams({ strict: false });
  return (
    <RecordPage
      noun="rtb-targets"
      word="RTB target"
      id={id}
      fresh={FRESH}
      list="/rtb"
      at={(made) => `/rtb-targets/${made}`}
      above={<Link to="/rtb" search={{}} className="hover:text-text">RTB targets</Link>}
      actions={({ document }) => (
        <Link to="/auctions" search={{ bidder_id: document.id }} className={buttonLook()}>
          Its auctions
        </Link>
      )}
    >
      {(draft, isNew) => <Parts draft={draft} isNew={isNew} />}
    </RecordPage>
  );
}

function Parts({ draft, isNew }: { draft: TargetDraft; isNew: boolean }) {
  const { tab = "basic" } = useSearch({ strict: false }) as { tab?: TabName };
  const navigate = useNavigate();
  const [sample, setSample] = useState("");
  const open = (next: TabName) => void navigate({ to: ".", search: next === "basic" ? {} : { tab: next }, replace: true });
  useWrongTab(draft.fault, tab, open);
  const parts: Record<TabName, React.ReactNode> = {
    basic: <Basic draft={draft} isNew={isNew} />,
    endpoint: <Endpoint draft={draft} />,
    request: <RequestPart draft={draft} />,
    response: <ResponsePart draft={draft} sample={sample} onSample={setSample} />,
    limits: <Limits draft={draft} />,
    leg: <Leg draft={draft} />,
    test: <TestBid draft={draft} onSample={(text) => (setSample(text), open("response"))} />,
  };
  const tabs = (Object.keys(TABS) as TabName[]).map((id) => ({ id, label: TABS[id], content: id === "test" || id === "request" || id === "response" ? parts[id] : <Fields>{parts[id]}</Fields> }));
  return <Tabs tabs={tabs} value={tab} onChange={(id) => open(id as TabName)} />;
}

/** What is refused is shown: its tab is opened, and the keyboard goes to the field. */
function useWrongTab(fault: unknown, tab: TabName, open: (tab: TabName) => void): void {
  const shown = useRef<unknown>(null);
  useEffect(() => {
    if (fault === null || shown.current === fault) return;
    const wrong = Object.keys(fieldErrors(fault)).map(tabOf);
    if (wrong.length > 0 && !wrong.includes(tab)) return open(wrong[0]!);
    shown.current = fault;
    document.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [fault, tab, open]);
}
