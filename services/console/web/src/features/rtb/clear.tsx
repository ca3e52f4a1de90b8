import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, data, queries } from "@/api/client";
import { sentence } from "@/api/errors";
import { all } from "@/api/pages";
import { affected, listed } from "@/api/records";
import { Failed } from "@/app/failed";
import { plural } from "@/lib/words";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { toast } from "@/ui/toast";

const SENTENCE = "retire all";

/** What would go, which routers would ask nobody then, and which campaigns hold their auctions. */
async function uses() {
  const [targets, routers] = await Promise.all([all((at) => listed("rtb-targets", at)), all((at) => listed("rtb-routers", at))]);
  const asking = routers.items.filter(({ document }) => document.members.length > 0);
  const campaigns = await Promise.all(asking.map(({ document }) => affected("rtb-routers", document.id)));
  return { targets: targets.items.length, routers: asking.map(({ document }, at) => ({ id: document.id, name: document.name, campaigns: campaigns[at]!.uses.map((use) => use.name) })) };
}

/** Taking all RTB targets out of use at once: what it affects first, and words typed. */
export function ClearAll({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const known = useQuery({ queryKey: ["rtb-targets", "all uses"], queryFn: uses, staleTime: 0, gcTime: 0 });
  const doing = useMutation({
    mutationFn: () => data(api.DELETE("/api/v1/rtb-targets", { params: { query: { force: true } } })),
    onSuccess: ({ retired }) => {
      toast(`${plural(retired, "RTB target")} retired`);
      for (const noun of ["rtb-targets", "rtb-routers"]) void queries.invalidateQueries({ queryKey: [noun] });
      onClose();
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (typed === SENTENCE) doing.mutate();
  };
  return (
    <Dialog open onClose={onClose} title="Retire all RTB targets" about="No bidder is asked from now on. Auctions and calls of the past keep them.">
      <form onSubmit={send} className="grid gap-4">
        {known.error && <Failed fault={known.error} retry={() => void known.refetch()} />}
        {known.data && (
          <div>
            <p className="font-medium">
              {plural(known.data.targets, "RTB target")} would go{known.data.routers.length > 0 ? ", and these routers would ask nobody:" : "; no router asks any."}
            </p>
            <ul className="mt-1 list-inside list-disc">
              {known.data.routers.map((router) => (
                <li key={router.id}>
                  {router.name}
                  {router.campaigns.length > 0 && <span className="text-muted">, whose auctions {router.campaigns.join(", ")} {router.campaigns.length === 1 ? "holds" : "hold"}</span>}
                </li>
              ))}
            </ul>
          </div>
        )}
        {doing.error && (
          <p role="alert" className="text-bad">
            {sentence(doing.error)}
          </p>
        )}
        <TextField label={`Type "${SENTENCE}"`} value={typed} onChange={setTyped} autoFocus autoComplete="off" />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="danger" disabled={typed !== SENTENCE || !known.data} busy={doing.isPending}>
            Retire all
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
