import { useQuery } from "@tanstack/react-query";
import { differences } from "@/lib/differences";
import { Button } from "@/ui/button";
import { SimpleTable } from "@/ui/simple-table";
import { Failed } from "./failed";

/** Somebody has changed it meanwhile: both versions, and the choice. */
export function Conflict<R extends { version: number; document: object }>({ mine, load, onKeep, onTake }: { mine: object; load: () => Promise<R>; onKeep: (theirs: R) => void; onTake: (theirs: R) => void }) {
  const asked = useQuery({ queryKey: ["conflict"], queryFn: load, staleTime: 0, gcTime: 0 });
  const theirs = asked.data;
  if (asked.error) return <Failed fault={asked.error} retry={() => void asked.refetch()} />;
  if (!theirs) return null;
  return (
    <section role="alert" aria-label="Changed meanwhile" className="m-4 rounded-lg border border-warn p-4">
      <h2 className="font-semibold">Somebody changed this while you did</h2>
      <div className="my-3">
        <SimpleTable
          label="What differs"
          rows={differences(mine, theirs.document)}
          columns={[
            ["Field", (one) => one.path, "mono"],
            ["Yours", (one) => <span className="break-all">{one.mine}</span>, "mono"],
            ["Theirs", (one) => <span className="break-all">{one.theirs}</span>, "mono"],
          ]}
        />
      </div>
      <div className="flex gap-2">
        <Button onClick={() => onTake(theirs)}>Take theirs</Button>
        <Button kind="danger" onClick={() => onKeep(theirs)}>
          Keep mine, all of it
        </Button>
      </div>
    </section>
  );
}
