import type { Schemas } from "@/api/client";
import { standingOf, type NumberRow } from "@/api/place";
import { phone } from "@/lib/phone";
import { moment } from "@/lib/time";
import { said } from "@/lib/words";
import { State, type Tone } from "@/ui/badge";
import type { Column } from "@/ui/table";

const TONES: Record<Schemas["SetupState"], Tone> = { pending: "live", configured: "ok", failed: "bad", draining: "warn", releasing: "warn" };

/** Whether the carrier sends us its calls. */
export function Setup({ row }: { row: NumberRow }) {
  const setup = row.standing?.setup;
  return setup ? <State tone={TONES[setup.state]}>{said(setup.state)}</State> : <span className="text-muted">Not looked at yet</span>;
}

export function Standing({ row }: { row: NumberRow }) {
  return <State tone={row.standing?.availability === "available" ? "calm" : "ok"}>{standingOf(row)}</State>;
}

interface Seen {
  latest: { of: ReadonlyMap<string, readonly Schemas["CallRecord"][]>; whole: boolean } | undefined;
  chosen: ReadonlySet<string>;
  onChoose: ((id: string, on: boolean) => void) | null;
}

export const columnsOf = ({ latest, chosen, onChoose }: Seen): readonly Column<NumberRow>[] => [
  ...(onChoose
    ? [
        {
          id: "choose",
          head: "Choose",
          width: 76,
          cell: ({ document }: NumberRow) => <input type="checkbox" aria-label={`Choose ${phone(document.number)}`} checked={chosen.has(document.id)} onChange={(event) => onChoose(document.id, event.target.checked)} className="size-4 align-middle accent-accent" />,
        },
      ]
    : []),
  { id: "number", head: "Number", width: 150, mono: true, cell: ({ document }) => phone(document.number) },
  { id: "standing", head: "Serves", width: 240, cell: (row) => <Standing row={row} /> },
  { id: "setup", head: "At the carrier", width: 150, cell: (row) => <Setup row={row} /> },
  { id: "sid", head: "Carrier account", width: 180, mono: true, cell: ({ document }) => document.account_sid },
  {
    id: "last",
    head: "Last call",
    width: 120,
    cell: ({ document }) => {
      if (!latest) return "–";
      const [last] = latest.of.get(document.number) ?? [];
      return last ? moment(last.arrived_at) : <span className="text-muted">{latest.whole ? "None" : "Earlier, or none"}</span>;
    },
  },
  { id: "leaves", head: "Given back", width: 130, hidden: true, cell: ({ document }) => moment(document.leaves_at) },
  { id: "tags", head: "Tags", width: 200, hidden: true, cell: ({ document }) => Object.entries(document.tags ?? {}).map(([name, value]) => `${name}=${String(value)}`).join(", ") },
];
