import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Bookmark, ChevronDown } from "lucide-react";
import { useState } from "react";
import { api, basedOn, data, queries, type Schemas } from "@/api/client";
import { useDraft } from "@/api/draft";
import { sentence } from "@/api/errors";
import { useFresh } from "@/api/live";
import { all as allOf } from "@/api/pages";
import { useMay } from "@/api/session";
import { said } from "@/lib/words";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { CheckField, NumberField, TextField } from "@/ui/field";
import { Menu, MenuItem, MenuLine } from "@/ui/menu";
import { toast } from "@/ui/toast";
import { PERIODS, searchOf, shapeOf, type Filled } from "./search";

type Row = Schemas["SavedReportRow"];
const KEY = ["saved-reports"];
const DAYS: readonly Schemas["Weekday"][] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** Reports with a name: opened, kept as they are now, told by the clock. */
export function Saved({ all }: { all: Filled }) {
  const navigate = useNavigate();
  const mayEdit = useMay("edit");
  const [editing, setEditing] = useState<Row | "new" | null>(null);
  useFresh(KEY, ["report."]);
  const saved = useQuery({ queryKey: KEY, queryFn: () => allOf((at) => data(api.GET("/api/v1/saved-reports", { params: { query: at } }))) });
  const rows = saved.data?.items ?? [];
  const open = rows.find((row) => row.document.id === all.saved);
  const ownDays = all.since !== undefined;
  return (
    <>
      <Menu
        align="end"
        trigger={
          <Button>
            <Bookmark size={14} aria-hidden /> {open ? open.document.name : "Saved"}
            <ChevronDown size={14} aria-hidden className="text-muted" />
          </Button>
        }
      >
        {saved.error && <p className="px-2 py-1 text-bad">{sentence(saved.error)}</p>}
        {saved.data && rows.length === 0 && <p className="px-2 py-1 text-muted">None yet.</p>}
        {rows.map((row) => (
          <MenuItem key={row.document.id} onChoose={() => void navigate({ to: "/reports", search: searchOf(row.document) })}>
            {row.document.name}
          </MenuItem>
        ))}
        {mayEdit && <MenuLine />}
        {mayEdit && (
          <MenuItem disabled={ownDays} onChoose={() => setEditing("new")}>
            {ownDays ? "Days of its own cannot be saved: choose a period" : "Save this report…"}
          </MenuItem>
        )}
        {mayEdit && open && (
          <MenuItem disabled={ownDays} onChoose={() => setEditing(open)}>
            Change “{open.document.name}”…
          </MenuItem>
        )}
      </Menu>
      {editing !== null && (
        <Keep
          row={editing === "new" ? null : editing}
          all={all}
          onClose={() => setEditing(null)}
          onKept={(document) => {
            setEditing(null);
            void navigate({ to: "/reports", search: document ? searchOf(document) : {}, replace: true });
          }}
        />
      )}
    </>
  );
}

/** Its name, and when and where it is told; what it asks is what the page shows. */
function Keep({ row, all, onClose, onKept }: { row: Row | null; all: Filled; onClose: () => void; onKept: (document: Row["document"] | null) => void }) {
  const draft = useDraft({ name: row?.document.name ?? "", delivery: row?.document.delivery ?? null }, async ({ name, delivery }, key) => {
    const body = { ...row?.document, name, delivery, period: all.period, report: shapeOf(all) };
    const kept =
      row === null
        ? await data(api.POST("/api/v1/saved-reports", { body: body as never, headers: { "Idempotency-Key": key } }))
        : await data(api.PUT("/api/v1/saved-reports/{id}", { params: { path: { id: row.document.id }, header: basedOn(row.version) as never }, body: body as never }));
    void queries.invalidateQueries({ queryKey: KEY });
    toast("The report is saved", { detail: name });
    onKept((kept as Row).document);
  });
  const retire = useMutation({
    mutationFn: () => api.DELETE("/api/v1/saved-reports/{id}", { params: { path: { id: row!.document.id }, header: basedOn(row!.version) as never } }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: KEY });
      toast("The saved report is retired", { detail: row?.document.name });
      onKept(null);
    },
  });
  const send = useMutation({
    mutationFn: () => data(api.POST("/api/v1/saved-reports/{id}/deliveries", { params: { path: { id: row!.document.id } } })),
    onSuccess: () => toast("It is being told", { detail: "Deliveries say what becomes of it." }),
  });
  const { delivery } = draft.document;
  const fault = draft.fault ?? retire.error ?? send.error;
  return (
    <Dialog open onClose={onClose} title={row ? `Change ${row.document.name}` : "Save this report"} about={`${PERIODS[all.period]}, as it is on the page now; its days are those of ${all.zone}.`}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void draft.submit();
        }}
      >
        {fault !== null && (
          <p role="alert" className="text-bad">
            {sentence(fault)}
          </p>
        )}
        <TextField label="Name" autoFocus value={draft.document.name} onChange={(name) => draft.set("name", name)} error={draft.error("name")} />
        <CheckField label="Tell it to a webhook" value={delivery !== null} onChange={(on) => draft.set("delivery", on ? { hour: 8, days: [], url: "", signing_secret: null } : null)} />
        {delivery !== null && (
          <>
            <TextField label="Address" placeholder="https://example.com/report" value={delivery.url} onChange={(url) => draft.set("delivery.url", url)} error={draft.error("delivery.url")} />
            <NumberField label={`Hour of the day (0 to 23, ${delivery.zone ?? all.zone})`} value={delivery.hour} onChange={(hour) => draft.set("delivery.hour", hour)} error={draft.error("delivery.hour")} />
            <fieldset>
              <legend className="mb-1 text-sm font-medium">On these days; none: on each</legend>
              <div className="flex flex-wrap gap-x-4">
                {DAYS.map((day) => (
                  <CheckField key={day} label={said(day)} value={(delivery.days ?? []).includes(day)} onChange={(on) => draft.set("delivery.days", DAYS.filter((one) => (one === day ? on : delivery.days?.includes(one))))} />
                ))}
              </div>
            </fieldset>
            <TextField label="Signing secret" help="Requests are signed with it (HMAC-SHA256)." autoComplete="off" value={delivery.signing_secret ?? ""} onChange={(text) => draft.set("delivery.signing_secret", text || null)} error={draft.error("delivery.signing_secret")} />
          </>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          {row && (
            <Button kind="danger" busy={retire.isPending} onClick={() => retire.mutate()} className="mr-auto">
              Retire it
            </Button>
          )}
          {row?.document.delivery && (
            <Button busy={send.isPending} onClick={() => send.mutate()}>
              Tell it now
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={draft.busy}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
