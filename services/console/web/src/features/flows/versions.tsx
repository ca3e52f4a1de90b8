import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, basedOn, data, queries } from "@/api/client";
import { sentence } from "@/api/errors";
import { Failed } from "@/app/failed";
import { moment } from "@/lib/time";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextArea } from "@/ui/field";
import { Loading } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { toast } from "@/ui/toast";
import { read, type FlowDocument } from "./document";
import { placed } from "./arrange";
import type { Saving } from "./saving";
import type { Trouble } from "./troubles";

/** What differs between two versions; none is the draft. */
function Differences({ id, before, after }: { id: string; before?: number; after?: number }) {
  const asked = useQuery({ queryKey: ["flows", id, "differences", before, after], queryFn: () => data(api.GET("/api/v1/flows/{id}/differences", { params: { path: { id }, query: { before, after } } })), staleTime: 0 });
  if (asked.error) return <Failed fault={asked.error} retry={() => void asked.refetch()} />;
  if (!asked.data) return <Loading rows={3} />;
  if (asked.data.differences.length === 0) return <p className="text-muted">Callers hear the same.</p>;
  return (
    <SimpleTable
      label="What differs"
      rows={asked.data.differences}
      columns={[
        ["Step", (one) => one.node || "The flow", "mono"],
        ["What", (one) => <span className="break-words">{one.text}</span>],
      ]}
    />
  );
}

interface Props {
  saving: Saving;
  document: FlowDocument;
  onClose: () => void;
}

/** Makes the draft what new callers get, once it has been seen what that changes. */
export function Publish({ saving, document, troubles, onClose }: Props & { troubles: readonly Trouble[] }) {
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const errors = troubles.filter((one) => one.weight === "error");
  const { published } = saving.row;
  const publish = async () => {
    setBusy(true);
    setFault(null);
    try {
      const header = basedOn(saving.version()) as never;
      const made = await data(api.POST("/api/v1/flows/{id}/publication", { params: { path: { id: document.id }, header }, body: { note } }));
      await saving.refresh();
      void queries.invalidateQueries({ queryKey: ["flows"] });
      toast(`Callers get version ${made.published} now`, { detail: document.name });
      onClose();
    } catch (no) {
      setFault(no);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog open wide onClose={onClose} title={`Publish ${document.name}`} about={published ? `Callers get version ${published} now. Who is in it stays in it.` : "It was never published. Its tests are run first."}>
      <div className="grid gap-4">
        {errors.length > 0 && <p role="alert" className="text-bad">{`${errors.length === 1 ? "One error forbids" : `${errors.length} errors forbid`} publishing: ${errors[0]!.text}`}</p>}
        {published !== null && <Differences id={document.id} before={published} />}
        <TextArea label="What is new" help="Stands in the list of versions." rows={2} value={note} onChange={setNote} />
        {fault !== null && <p role="alert" className="text-bad">{sentence(fault)}</p>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Not yet</Button>
          <Button kind="primary" busy={busy} disabled={errors.length > 0} onClick={() => void publish()}>
            Publish
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** What was published: compared, given to callers again, or taken as the draft. */
export function Versions({ saving, document, edits, onDraft, onClose }: Props & { edits: boolean; onDraft: (document: FlowDocument) => void }) {
  const id = document.id;
  const asked = useQuery({ queryKey: ["flows", id, "versions"], queryFn: () => data(api.GET("/api/v1/flows/{id}/versions", { params: { path: { id } } })), staleTime: 0 });
  const [compared, setCompared] = useState<number | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const done = async (what: () => Promise<void>) => {
    try {
      await what();
      onClose();
    } catch (no) {
      setFault(no);
    }
  };
  const rollBack = (to: number) =>
    done(async () => {
      await api.POST("/api/v1/flows/{id}/rollback", { params: { path: { id }, header: basedOn(saving.version()) as never }, body: { to } });
      await saving.refresh();
      void queries.invalidateQueries({ queryKey: ["flows"] });
      toast(`Callers get version ${to} again`, { detail: document.name });
    });
  const asDraft = (version: number) => done(async () => onDraft(placed({ ...read((await data(api.GET("/api/v1/flows/{id}/versions/{version}", { params: { path: { id, version } } }))).document) })));
  return (
    <Dialog open wide onClose={onClose} title="Versions" about="A version never changes; callers who are in one stay in it.">
      {asked.error && <Failed fault={asked.error} retry={() => void asked.refetch()} />}
      {!asked.data && !asked.error && <Loading rows={3} />}
      {asked.data?.rows.length === 0 && <p className="text-muted">Nothing was published yet.</p>}
      {fault !== null && <p role="alert" className="mb-3 text-bad">{sentence(fault)}</p>}
      <ul className="grid gap-2">
        {asked.data?.rows.map((row) => (
          <li key={row.version} className="rounded-lg border border-line p-3">
            <div className="flex flex-wrap items-center gap-2">
              <span className="font-medium">Version {row.version}</span>
              {row.version === saving.row.published && <Badge tone="ok">Callers get it</Badge>}
              <span className="text-sm text-muted">
                {moment(row.published_at)}, {row.published_by}
              </span>
              <span className="ml-auto flex gap-2">
                <Button onClick={() => setCompared(compared === row.version ? null : row.version)}>Compare with the draft</Button>
                {edits && <Button onClick={() => void asDraft(row.version)}>Take as draft</Button>}
                {edits && row.version !== saving.row.published && <Button onClick={() => void rollBack(row.version)}>Give to callers</Button>}
              </span>
            </div>
            {row.note && <p className="mt-1 text-muted">{row.note}</p>}
            {compared === row.version && (
              <div className="mt-2">
                <Differences id={id} before={row.version} />
              </div>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
