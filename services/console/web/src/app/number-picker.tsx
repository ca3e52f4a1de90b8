import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/api/client";
import { sentence } from "@/api/errors";
import { numbersChanged, putNumber } from "@/api/numbers";
import { placeOf, standingOf, type NumberRow, type Place } from "@/api/place";
import { phone } from "@/lib/phone";
import { State } from "@/ui/badge";
import { Button } from "@/ui/button";
import { FilterText } from "@/ui/filters";
import { toast } from "@/ui/toast";
import { Failed } from "./failed";

const OFFERED = 20; // who has more types a part of the number

/** Numbers to give a place, each with whom it serves now: available ones, or those that are looked for. */
export function NumberPicker({ place }: { place: Place }) {
  const [open, setOpen] = useState(false);
  const [contains, setContains] = useState<string>();
  const asked = useQuery({
    queryKey: ["numbers", "to pick", contains],
    queryFn: () => data(api.GET("/api/v1/numbers", { params: { query: { order: "name", limit: OFFERED, ...(contains ? { contains } : { status: "available" }) } } })),
    placeholderData: (before) => before,
    enabled: open,
  });
  const taking = useMutation({
    mutationFn: (row: NumberRow) => putNumber(row, place),
    onSuccess: (_, row) => {
      toast("The number has its place", { detail: phone(row.document.number) });
      numbersChanged();
    },
    onError: (fault) => toast("It was not done", { detail: sentence(fault), bad: true }),
  });
  if (!open)
    return (
      <div>
        <Button onClick={() => setOpen(true)}>Pick numbers</Button>
      </div>
    );
  const rows = asked.data?.items.filter((row) => placeOf(row) !== place) ?? [];
  return (
    <div role="group" aria-label="Pick numbers" className="grid gap-2 rounded-lg border border-line p-3">
      <FilterText label="Part of a number" value={contains} onChange={setContains} />
      {asked.error && <Failed fault={asked.error} retry={() => void asked.refetch()} />}
      {asked.data && rows.length === 0 && <p className="text-muted">{contains ? "No other number has these digits." : "No number is available: type digits to take one from another place, or add some."}</p>}
      <ul className="grid gap-1">
        {rows.map((row) => (
          <li key={row.document.id} className="flex items-center gap-3">
            <span className="font-mono">{phone(row.document.number)}</span>
            <span className="min-w-0 flex-1 truncate">
              <State tone={row.standing?.availability === "available" ? "ok" : "warn"}>{standingOf(row)}</State>
            </span>
            <Button kind="quiet" aria-label={`Take ${phone(row.document.number)}`} busy={taking.isPending} onClick={() => taking.mutate(row)}>
              Take
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
