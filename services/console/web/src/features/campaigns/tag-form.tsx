import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, basedOn, data, queries, type Schemas } from "@/api/client";
import { useDraft } from "@/api/draft";
import { sentence } from "@/api/errors";
import { all } from "@/api/pages";
import { phone } from "@/lib/phone";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { CheckField, SelectField, TextField } from "@/ui/field";
import { toast } from "@/ui/toast";
import { useNumbers } from "./numbers";

export const TAGS = ["tracking-tags"];
type Row = Schemas["TrackingTagRow"];

const listOf = (text: string) => text.split(/[\s,]+/).filter(Boolean);
const linesOf = (text: string) => text.split(",").map((one) => one.trim()).filter(Boolean);

/** What of a tag is set by hand, as it is typed. */
const typedOf = (tag: Row["document"] | undefined) => ({
  name: tag?.name ?? "",
  status: tag?.status ?? "active",
  shown: tag?.pool_id ? `pool:${tag.pool_id}` : tag?.number_id ? `number:${tag.number_id}` : "",
  domains: (tag?.domains ?? []).join(", "),
  replaced: (tag?.numbers_to_replace ?? []).join(", "),
  selectors: (tag?.selectors ?? []).join(", "),
  needs_consent: tag?.needs_consent ?? false,
  heeds_do_not_track: tag?.heeds_do_not_track ?? false,
});

/** A tag of the campaign, made or changed; what the form does not show stays as it is. */
export function TagForm({ row, campaignId, onClose }: { row: Row | null; campaignId: string; onClose: () => void }) {
  const pools = useQuery({ queryKey: ["pools", "all"], queryFn: () => all((at) => data(api.GET("/api/v1/pools", { params: { query: at } }))) });
  const numbers = useNumbers();
  const unknown = pools.error ?? numbers.error;
  const choices = [
    { value: "", label: "Choose what it shows" },
    ...(pools.data?.items ?? []).filter(({ document }) => document.campaign_id === campaignId).map(({ document }) => ({ value: `pool:${document.id}`, label: `Pool: ${document.name}` })),
    ...(numbers.data?.items ?? []).filter(({ document }) => document.campaign_id === campaignId).map(({ document }) => ({ value: `number:${document.id}`, label: phone(document.number) })),
  ];
  const done = (text: string, name: string) => {
    toast(text, { detail: name });
    void queries.invalidateQueries({ queryKey: TAGS });
    onClose();
  };
  const draft = useDraft(typedOf(row?.document), async ({ shown, domains, replaced, selectors, ...same }, key) => {
    const [kind, id = null] = shown.split(":");
    const body = {
      ...row?.document,
      ...same,
      campaign_id: campaignId,
      pool_id: kind === "pool" ? id : null,
      number_id: kind === "number" ? id : null,
      domains: listOf(domains),
      numbers_to_replace: linesOf(replaced),
      selectors: linesOf(selectors),
    } as never;
    if (row) await api.PUT("/api/v1/tracking-tags/{id}", { params: { path: { id: row.document.id }, header: basedOn(row.version) as never }, body });
    else await api.POST("/api/v1/tracking-tags", { body, headers: { "Idempotency-Key": key } });
    done(row ? "Saved" : "The tag is made", same.name);
  });
  const { document } = draft;
  const shownError = draft.error("pool_id") ?? draft.error("number_id") ?? (unknown ? sentence(unknown) : undefined);
  return (
    <Dialog open onClose={onClose} title={row ? `Change ${row.document.name}` : "New tag"} about="A line of code for a website: its pages show a number of this campaign, and calls know their visit.">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void draft.submit();
        }}
      >
        {draft.fault !== null && (
          <p role="alert" className="text-bad">
            {draft.conflict ? "Somebody else has changed it meanwhile: close this, and begin from what is there now." : sentence(draft.fault)}
          </p>
        )}
        <TextField label="Name of the tag" required autoFocus value={document.name} onChange={(name) => draft.set("name", name)} error={draft.error("name")} />
        <SelectField label="Shows" value={document.shown} onChange={(shown) => draft.set("shown", shown)} choices={choices} error={shownError} />
        <TextField label="Domains, by commas" help="Empty: any site. example.com is that host alone; *.example.com is all below it." value={document.domains} onChange={(text) => draft.set("domains", text)} error={draft.error("domains")} />
        <TextField label="Numbers on the page that it replaces, by commas" help="Empty: only where the code says." value={document.replaced} onChange={(text) => draft.set("replaced", text)} error={draft.error("numbers_to_replace")} />
        <TextField label="CSS selectors that it fills, by commas" className="font-mono" value={document.selectors} onChange={(text) => draft.set("selectors", text)} error={draft.error("selectors")} />
        <CheckField label="Only with the visitor's consent" value={document.needs_consent} onChange={(on) => draft.set("needs_consent", on)} error={draft.error("needs_consent")} />
        <CheckField label="Heeds Do Not Track" value={document.heeds_do_not_track} onChange={(on) => draft.set("heeds_do_not_track", on)} error={draft.error("heeds_do_not_track")} />
        {row && (
          <SelectField
            label="Status"
            value={document.status}
            choices={[
              { value: "active", label: "Active" },
              { value: "paused", label: "Paused" },
            ]}
            onChange={(status) => draft.set("status", status)}
            error={draft.error("status")}
          />
        )}
        <div className="flex flex-wrap justify-end gap-2">
          {row && <Retire row={row} onDone={() => done("The tag is retired", row.document.name)} />}
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={draft.busy}>
            {row ? "Save the tag" : "Make the tag"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** A second click, so that it is no accident: pages show their own number from then on. */
function Retire({ row, onDone }: { row: Row; onDone: () => void }) {
  const [sure, setSure] = useState(false);
  const retire = useMutation({
    mutationFn: () => api.DELETE("/api/v1/tracking-tags/{id}", { params: { path: { id: row.document.id }, header: basedOn(row.version) as never } }),
    onSuccess: onDone,
    onError: (fault) => toast("It was not retired", { detail: sentence(fault), bad: true }),
  });
  return (
    <Button kind="danger" busy={retire.isPending} onClick={() => (sure ? retire.mutate() : setSure(true))} className="mr-auto">
      {sure ? "Really: pages show their own number again" : "Retire it"}
    </Button>
  );
}
