import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, basedOn, data, queries, type Schemas } from "@/api/client";
import { sentence } from "@/api/errors";
import { Failed } from "@/app/failed";
import { phone } from "@/lib/phone";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { NumberField } from "@/ui/field";
import { Body, Empty, Loading, Page } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { toast } from "@/ui/toast";

type Target = Schemas["PartyTarget"];

const listed = () => data(api.GET("/api/v1/targets", { params: { query: { limit: 100 } } })) as unknown as Promise<Schemas["PartyTargets"]>;
const again = () => void queries.invalidateQueries({ queryKey: ["portal", "targets"] });
const about = (target: Target) => ({ params: { path: { id: target.id } }, headers: basedOn(target.version) });
const failed = (fault: unknown) => {
  toast("It was not done", { detail: sentence(fault), bad: true });
  again();
};

/** A buyer's targets: what is used of them, and what it sets itself. */
export function OwnTargets() {
  const [capped, setCapped] = useState<Target | null>(null);
  const targets = useQuery({ queryKey: ["portal", "targets"], queryFn: listed });
  const pause = useMutation({
    mutationFn: (target: Target) => data(api.PUT("/api/v1/targets/{id}/pause", { ...about(target), body: { paused: !target.paused } })),
    onSuccess: (_, target) => {
      toast(target.paused ? `${target.name} takes calls again` : `${target.name} is paused`);
      again();
    },
    onError: failed,
  });
  return (
    <Page title="Targets" count={targets.data?.targets.length}>
      <Body label="Targets of ours">
        {targets.error && <Failed fault={targets.error} retry={() => void targets.refetch()} />}
        {targets.isPending && !targets.error && <Loading />}
        {targets.data?.targets.length === 0 && <Empty title="No targets">Whoever sells you calls has set up none yet.</Empty>}
        {targets.data && targets.data.targets.length > 0 && (
          <div className="p-4">
            <SimpleTable
              label="Targets"
              rows={targets.data.targets}
              columns={[
                ["Name", (one) => one.name],
                ["Rings at", (one) => (one.destination.kind === "phone" ? phone(one.destination.number) : one.destination.address), "mono"],
                ["State", (one) => <State tone={one.paused || one.status !== "active" ? "calm" : "ok"}>{one.status !== "active" ? "Paused by the account" : one.paused ? "Paused by you" : "Active"}</State>],
                ["Now", (one) => `${one.live}${bound(one) === null ? "" : ` of ${bound(one)}`}`, "num"],
                ["Used", (one) => one.used.map((limit) => `${limit.used} of ${limit.most} ${limit.counts}s per ${limit.period}`).join(", ") || "No limits"],
                [
                  "Actions",
                  (one) => (
                    <span className="flex gap-2">
                      <Button kind="quiet" aria-label={`${one.paused ? "Resume" : "Pause"} ${one.name}`} onClick={() => pause.mutate(one)}>
                        {one.paused ? "Resume" : "Pause"}
                      </Button>
                      <Button kind="quiet" aria-label={`Set caps of ${one.name}`} onClick={() => setCapped(one)}>
                        Set caps
                      </Button>
                    </span>
                  ),
                ],
              ]}
            />
          </div>
        )}
      </Body>
      {capped && <Caps key={capped.id} target={capped} onClose={() => setCapped(null)} />}
    </Page>
  );
}

/** The tighter of the account's and the buyer's own. */
function bound(target: Target): number | null {
  const both = [target.caps.concurrency, target.own.concurrency].filter((one) => one != null);
  return both.length === 0 ? null : Math.min(...both);
}

/** Caps of the buyer's own: calls at once, and attempts per day; others that it has set stay. */
function Caps({ target, onClose }: { target: Target; onClose: () => void }) {
  const own = target.own.limits ?? [];
  const isDaily = (one: (typeof own)[number]) => one.period === "day" && one.counts === "attempt";
  const [atOnce, setAtOnce] = useState<number | null>(target.own.concurrency ?? null);
  const [daily, setDaily] = useState<number | null>(own.find(isDaily)?.most ?? null);
  const save = useMutation({
    mutationFn: () => {
      const limits = [...own.filter((one) => !isDaily(one)), ...(daily === null ? [] : [{ period: "day" as const, counts: "attempt" as const, most: daily }])];
      return data(api.PUT("/api/v1/targets/{id}/caps", { ...about(target), body: { concurrency: atOnce, limits } as never }));
    },
    onSuccess: () => {
      toast(`Caps of ${target.name} are set`);
      again();
      onClose();
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog open onClose={onClose} title={`Caps of ${target.name}`} about={`Your own caps can only be tighter than the account's${target.caps.concurrency ? `: ${target.caps.concurrency} at once` : ""}. Empty: none of your own.`}>
      <form onSubmit={send} className="grid gap-4">
        <NumberField label="Calls at once" value={atOnce} onChange={setAtOnce} />
        <NumberField label="Calls per day" value={daily} onChange={setDaily} error={save.error ? `${said("not saved")}: ${sentence(save.error)}` : undefined} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
