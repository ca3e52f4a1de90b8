import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, basedOn, data, queries, type Schemas } from "@/api/client";
import { sentence } from "@/api/errors";
import { Failed } from "@/app/failed";
import { phone } from "@/lib/phone";
import { State } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { SelectField, TextField } from "@/ui/field";
import { Body, Loading, Page } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { toast } from "@/ui/toast";

type Tag = Schemas["PartyTag"];
type Source = { pool_id: string; campaign_id: string; campaign_name: string };

const again = () => void queries.invalidateQueries({ queryKey: ["portal", "sources"] });
const failed = (fault: unknown) => {
  toast("It was not done", { detail: sentence(fault), bad: true });
  again();
};
const listTags = () => data(api.GET("/api/v1/tracking-tags", { params: { query: { limit: 100 } } })) as unknown as Promise<Schemas["PartyTags"]>;
const listNumbers = () => data(api.GET("/api/v1/taken-numbers", { params: { query: { limit: 100 } } }));

/** A publisher's tags and numbers, and more of them where its record allows it. */
export function OwnSources() {
  const tags = useQuery({ queryKey: ["portal", "sources", "tags"], queryFn: listTags });
  const numbers = useQuery({ queryKey: ["portal", "sources", "numbers"], queryFn: listNumbers });
  const fault = tags.error ?? numbers.error;
  return (
    <Page title="Tags and numbers">
      <Body label="Tags and numbers of ours">
        {fault && <Failed fault={fault} retry={again} />}
        {!fault && !(tags.data && numbers.data) && <Loading />}
        {tags.data && (
          <section aria-label="Your tags" className="grid gap-3 border-b border-line p-4">
            <h2 className="font-semibold">Tags</h2>
            <Tags tags={tags.data.tags} />
            {(tags.data.pools?.length ?? 0) > 0 && <NewTag pools={tags.data.pools ?? []} />}
          </section>
        )}
        {numbers.data && (
          <section aria-label="Your numbers" className="grid gap-3 p-4">
            <h2 className="font-semibold">Numbers</h2>
            {numbers.data.numbers.length === 0 ? (
              <p className="text-muted">None yet.</p>
            ) : (
              <SimpleTable
                label="Numbers"
                rows={numbers.data.numbers}
                columns={[
                  ["Number", (one) => phone(one.number), "mono"],
                  ["Campaign", (one) => one.campaign_name || "None"],
                ]}
              />
            )}
            <Takings pools={numbers.data.pools ?? []} />
          </section>
        )}
      </Body>
    </Page>
  );
}

const about = (tag: Tag) => ({ params: { path: { id: tag.id } }, headers: basedOn(tag.version) });

function Tags({ tags }: { tags: readonly Tag[] }) {
  const pause = useMutation({ mutationFn: (tag: Tag) => data(api.PUT("/api/v1/tracking-tags/{id}/pause", { ...about(tag), body: { paused: !tag.paused } })), onSuccess: again, onError: failed });
  if (tags.length === 0) return <p className="text-muted">None yet: make one, and its code goes into your pages.</p>;
  return (
    <SimpleTable
      label="Tags"
      rows={tags}
      columns={[
        ["Name", (one) => one.name],
        ["Code", (one) => one.code, "mono"],
        ["State", (one) => <State tone={one.paused || one.status !== "active" ? "calm" : "ok"}>{one.status !== "active" ? "Paused by the account" : one.paused ? "Paused by you" : "Active"}</State>],
        [
          "Actions",
          (one) => (
            <span className="flex gap-2">
              <Button kind="quiet" aria-label={`${one.paused ? "Resume" : "Pause"} ${one.name}`} onClick={() => pause.mutate(one)}>
                {one.paused ? "Resume" : "Pause"}
              </Button>
              <RetireTag tag={one} />
            </span>
          ),
        ],
      ]}
    />
  );
}

function RetireTag({ tag }: { tag: Tag }) {
  const [sure, setSure] = useState(false);
  const retire = useMutation({
    mutationFn: () => data(api.DELETE("/api/v1/tracking-tags/{id}", about(tag))),
    onSuccess: () => {
      toast("The tag is retired", { detail: tag.name });
      setSure(false);
    },
    onSettled: again,
  });
  return (
    <>
      <Button kind="quiet" aria-label={`Retire ${tag.name}`} onClick={() => setSure(true)}>
        Retire
      </Button>
      {sure && (
        <Dialog open onClose={() => setSure(false)} title={`Retire ${tag.name}?`} about="Its pages show their own numbers again. It cannot be undone.">
          {retire.error && (
            <p role="alert" className="mb-4 text-bad">
              {sentence(retire.error)}
            </p>
          )}
          <div className="flex justify-end gap-2">
            <Button onClick={() => setSure(false)}>Cancel</Button>
            <Button kind="danger" busy={retire.isPending} onClick={() => retire.mutate()}>
              Retire it
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

const named = (pools: readonly Source[]) => pools.map((pool) => ({ value: pool.pool_id, label: pool.campaign_name || pool.pool_id }));

function NewTag({ pools }: { pools: readonly Source[] }) {
  const [name, setName] = useState("");
  const [poolId, setPoolId] = useState(pools[0]!.pool_id);
  const make = useMutation({
    mutationFn: () => {
      const pool = pools.find((one) => one.pool_id === poolId)!;
      return data(api.POST("/api/v1/tracking-tags", { body: { name, campaign_id: pool.campaign_id, pool_id: pool.pool_id } as never }));
    },
    onSuccess: () => {
      toast(`${name} is made`);
      setName("");
      again();
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <form onSubmit={send} className="flex flex-wrap items-end gap-3">
      <TextField label="Name of a new tag" value={name} onChange={setName} required maxLength={200} error={make.error ? sentence(make.error) : undefined} className="w-64" />
      <SelectField label="Campaign" value={poolId} onChange={setPoolId} choices={named(pools)} className="w-64" />
      <Button type="submit" busy={make.isPending}>
        Make it
      </Button>
    </form>
  );
}

function Takings({ pools }: { pools: readonly Source[] }) {
  const take = useMutation({
    mutationFn: (pool: Source) => data(api.POST("/api/v1/taken-numbers", { body: { pool_id: pool.pool_id } })),
    onSuccess: (number) => {
      toast(`${phone(number.number)} is yours`);
      again();
    },
    onError: failed,
  });
  return (
    <div className="flex flex-wrap gap-2">
      {pools.map((pool) => (
        <Button key={pool.pool_id} onClick={() => take.mutate(pool)} busy={take.isPending}>
          Take a number for {pool.campaign_name}
        </Button>
      ))}
    </div>
  );
}
