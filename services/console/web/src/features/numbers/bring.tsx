import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/api/client";
import { fieldErrors, sentence } from "@/api/errors";
import { numbersChanged } from "@/api/numbers";
import { named } from "@/api/place";
import { phone } from "@/lib/phone";
import { plural } from "@/lib/words";
import { Button } from "@/ui/button";
import { CheckField, Section } from "@/ui/field";
import { Loading } from "@/ui/page";
import type { Whither } from "./add";
import { Results } from "./results";

const BROUGHT_MAX = 100; // at once: the carrier is asked for each

/** Numbers that the carrier account has already. */
export function Bring({ whither }: { whither: Whither }) {
  const [cursor, setCursor] = useState<string | null>(null);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const owned = useQuery({
    queryKey: ["numbers", "owned", whither.sid, cursor],
    queryFn: () => data(api.GET("/api/v1/numbers/imports", { params: { query: { limit: BROUGHT_MAX, ...(cursor && { cursor }), ...(whither.sid && { account_sid: whither.sid }) } } })),
    retry: false,
  });
  const bringing = useMutation({
    mutationFn: () => data(api.POST("/api/v1/numbers/imports", { body: { numbers: chosen, ...named(whither.place), ...(whither.sid && { account_sid: whither.sid }) } as never })),
    onSuccess: () => {
      setChosen([]);
      numbersChanged();
    },
  });
  const fresh = owned.data?.numbers.filter((one) => !one.number_id) ?? [];
  return (
    <>
      <Section title="At the carrier" about="What the carrier account has and this account does not yet.">
        {owned.error && <p className="text-bad">{sentence(owned.error)}</p>}
        {owned.isPending && <Loading rows={4} />}
        {owned.data && fresh.length === 0 && <p className="text-muted">There are none that are not here already.</p>}
        {fresh.length > 0 && <CheckField label={`All ${fresh.length}`} value={chosen.length === fresh.length} onChange={(on) => setChosen(on ? fresh.map((one) => one.number) : [])} />}
        {fresh.map((one) => (
          <CheckField key={one.number} label={`${phone(one.number)} ${one.friendly_name}`} value={chosen.includes(one.number)} onChange={(on) => setChosen(on ? [...chosen, one.number] : chosen.filter((other) => other !== one.number))} />
        ))}
        {bringing.error && (
          <p role="alert" className="text-bad">
            {Object.values(fieldErrors(bringing.error))[0] ?? sentence(bringing.error)}
          </p>
        )}
        <div className="flex gap-2">
          <Button kind="primary" disabled={chosen.length === 0} busy={bringing.isPending} onClick={() => bringing.mutate()}>
            Bring in {plural(chosen.length, "number")}
          </Button>
          {owned.data?.cursor && <Button onClick={() => (setCursor(owned.data.cursor ?? null), setChosen([]))}>The next {BROUGHT_MAX}</Button>}
        </div>
      </Section>
      {bringing.data && <Results results={bringing.data.results} />}
    </>
  );
}
