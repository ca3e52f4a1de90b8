import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api, data, queries, type Schemas } from "@/api/client";
import { useDraft } from "@/api/draft";
import { sentence } from "@/api/errors";
import { useSession, type Right } from "@/api/session";
import { ago, moment, whole } from "@/lib/time";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Code } from "@/ui/code";
import { Dialog } from "@/ui/dialog";
import { CheckField, SelectField, TextField } from "@/ui/field";
import { SimpleTable } from "@/ui/simple-table";
import { toast } from "@/ui/toast";
import { Asked, Buttons } from "./parts";
import { isPortal, PartyField } from "./role-fields";

type Key = Schemas["KeyShown"];
const KEY = ["settings", "keys"];
const RIGHTS: Partial<Record<Right, string>> = {
  look: "Look at everything",
  export: "Take files",
  listen: "Hear recordings",
  edit: "Change what routes calls",
  people: "People and keys",
  account: "The carrier and the organisation",
};
const FOR = [
  { value: "manager", label: "The account" },
  { value: "buyer", label: "One buyer" },
  { value: "publisher", label: "One publisher" },
];

const stateOf = (key: Key) => {
  if (key.revoked_at) return <State tone="calm">Revoked</State>;
  if (key.expires_at && new Date(key.expires_at) < new Date()) return <State tone="warn">Expired</State>;
  return <State tone="ok">In use</State>;
};

/** Programs' keys: what each may do, and when it last came. */
export function ApiKeys() {
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Schemas["KeyMade"] | null>(null);
  return (
    <Asked label="API keys" name={KEY} ask={() => data(api.GET("/api/v1/keys", {}))}>
      {(keys) => (
        <section aria-label="API keys" className="grid gap-3 p-4">
          <div className="flex items-center gap-3">
            <p className="flex-1 text-muted">
              Programs come by keys. <a href="/docs/programs" className="text-accent underline">How they use the API</a>
            </p>
            <Button kind="primary" onClick={() => setMaking(true)}>
              <Plus size={14} aria-hidden /> New key
            </Button>
          </div>
          {keys.length === 0 ? (
            <p className="text-muted">None yet.</p>
          ) : (
            <SimpleTable
              label="Keys"
              rows={keys}
              columns={[
                ["Name", (key) => key.name],
                ["Begins", (key) => `${key.shown}…`, "mono"],
                ["May", (key) => `${isPortal(key.role) ? `${said(key.role)}'s: ` : ""}${key.rights.join(", ")}`],
                ["State", stateOf],
                ["Last used", (key) => <span title={key.used_at ? whole(key.used_at) : ""}>{key.used_at ? ago(key.used_at) : "Never"}</span>],
                ["Until", (key) => moment(key.expires_at) || "Revoked"],
                ["Made by", (key) => key.made_by],
                ["Actions", (key) => !key.revoked_at && <Revoke one={key} />],
              ]}
            />
          )}
          {making && (
            <NewKey
              onClose={() => setMaking(false)}
              onMade={(key) => {
                setMaking(false);
                setMade(key);
              }}
            />
          )}
          {made && (
            <Dialog open title="Take the key along" about="It is shown this once: who loses it makes another.">
              <Code label="Key" text={made.key} />
              <div className="mt-4 flex justify-end">
                <Button kind="primary" onClick={() => setMade(null)}>
                  I have kept it
                </Button>
              </div>
            </Dialog>
          )}
        </section>
      )}
    </Asked>
  );
}

function Revoke({ one }: { one: Key }) {
  const [sure, setSure] = useState(false);
  const revoke = useMutation({
    mutationFn: () => api.DELETE("/api/v1/keys/{key_id}", { params: { path: { key_id: one.key_id } } }),
    onSuccess: () => {
      toast("The key is revoked", { detail: one.name });
      setSure(false);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  return (
    <>
      <Button kind="quiet" onClick={() => setSure(true)} aria-label={`Revoke ${one.name}`}>
        Revoke
      </Button>
      {sure && (
        <Dialog open onClose={() => setSure(false)} title={`Revoke ${one.name}?`} about="Programs that come with it are turned away at once. It cannot be undone.">
          {revoke.error && <p role="alert" className="mb-4 text-bad">{sentence(revoke.error)}</p>}
          <div className="flex justify-end gap-2">
            <Button onClick={() => setSure(false)}>Cancel</Button>
            <Button kind="danger" busy={revoke.isPending} onClick={() => revoke.mutate()}>
              Revoke it
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function NewKey({ onClose, onMade }: { onClose: () => void; onMade: (made: Schemas["KeyMade"]) => void }) {
  const { who } = useSession();
  const draft = useDraft({ name: "", role: "manager", rights: ["look"] as Right[], party_id: null as string | null, until: "" }, async ({ until, ...document }, key) => {
    const body = { ...document, expires_at: until ? new Date(`${until}T23:59:59`).toISOString() : null } as Schemas["KeyWanted"];
    const made = await data(api.POST("/api/v1/keys", { body, headers: { "Idempotency-Key": key } }));
    void queries.invalidateQueries({ queryKey: KEY });
    onMade(made);
  });
  const { rights, role } = draft.document;
  const mine = (Object.keys(RIGHTS) as Right[]).filter((right) => who?.rights.includes(right));
  return (
    <Dialog open onClose={onClose} title="New key" about="A key may do what is chosen here, and nothing else.">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void draft.submit();
        }}
      >
        {draft.fault !== null && <p role="alert" className="text-bad">{sentence(draft.fault)}</p>}
        <TextField label="Name" help="Which program uses it." autoFocus value={draft.document.name} onChange={(name) => draft.set("name", name)} error={draft.error("name")} />
        <SelectField
          label="For"
          value={role}
          choices={FOR}
          onChange={(next) => {
            draft.set("role", next);
            draft.set("party_id", null);
          }}
          error={draft.error("role")}
        />
        {isPortal(role) && <PartyField key={role} kind={role} value={draft.document.party_id ?? ""} onChange={(id) => draft.set("party_id", id)} error={draft.error("party_id")} />}
        <fieldset>
          <legend className="mb-1 text-sm font-medium">It may</legend>
          {mine.map((right) => (
            <CheckField key={right} label={RIGHTS[right] ?? right} value={rights.includes(right)} onChange={(on) => draft.set("rights", on ? [...rights, right] : rights.filter((one) => one !== right))} />
          ))}
          {draft.error("rights") && <p className="text-sm text-bad">{draft.error("rights")}</p>}
        </fieldset>
        <TextField label="Until the end of" type="date" help="Empty: until it is revoked." value={draft.document.until} onChange={(until) => draft.set("until", until)} error={draft.error("expires_at")} />
        <Buttons onClose={onClose} busy={draft.busy} word="Make the key" />
      </form>
    </Dialog>
  );
}
