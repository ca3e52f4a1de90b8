import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, data, type Schemas } from "@/api/client";
import { useFresh } from "@/api/live";
import { all } from "@/api/pages";
import { Known } from "@/app/known";
import { busyness, type Busy } from "./busy";

type Call = Schemas["CallRecord"];

/** How many calls each buyer has on the line, and how many it takes at once. */
export function Capacity({ calls, whole }: { calls: readonly Call[]; whole: boolean }) {
  useFresh(["buyers", "all"], ["buyer."]);
  const buyers = useQuery({ queryKey: ["buyers", "all"], queryFn: () => all((at) => data(api.GET("/api/v1/buyers", { params: { query: { ...at, order: "name" } } })) as Promise<Schemas["BuyerPage"]>) });
  return (
    <aside aria-label="Capacity" className="hidden w-64 shrink-0 overflow-auto border-l border-line p-4 lg:block">
      <h2 className="mb-3 font-semibold">Capacity</h2>
      <Known asked={buyers} none="No buyers yet.">
        {(rows) => <Buyers found={busyness(calls, rows.map(({ document }) => document))} />}
      </Known>
      {!whole && <p className="mt-3 text-sm text-muted">Of the newest {calls.length} calls on the line.</p>}
    </aside>
  );
}

function Buyers({ found }: { found: readonly Busy[] }) {
  if (found.length === 0) return <p className="text-muted">Nobody has calls, or a cap on calls at once.</p>;
  return (
    <ul className="grid gap-3">
      {found.map((one) => (
        <li key={one.id}>
          <One one={one} />
        </li>
      ))}
    </ul>
  );
}

function One({ one }: { one: Busy }) {
  const full = one.most !== null && one.live >= one.most;
  return (
    <>
      <p className="flex items-baseline gap-2">
        <Link to="/buyers/$id" params={{ id: one.id }} className="min-w-0 flex-1 truncate hover:underline">
          {one.name}
        </Link>
        <span className="tabular-nums">{one.most === null ? `${one.live}, no cap` : `${one.live}/${one.most}${full ? " full" : ""}`}</span>
      </p>
      {one.most !== null && (
        <span aria-hidden className="mt-1 block h-1.5 overflow-hidden rounded-sm bg-raised">
          <span className={full ? "block h-full bg-warn" : "block h-full bg-accent"} style={{ width: `${Math.min(100, (100 * one.live) / Math.max(1, one.most))}%` }} />
        </span>
      )}
    </>
  );
}
