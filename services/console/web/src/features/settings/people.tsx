import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api, data, queries, type Schemas } from "@/api/client";
import { useDraft } from "@/api/draft";
import { sentence } from "@/api/errors";
import { useSession } from "@/api/session";
import { ago, moment } from "@/lib/time";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Code } from "@/ui/code";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { SimpleTable } from "@/ui/simple-table";
import { toast } from "@/ui/toast";
import { Asked, Buttons } from "./parts";
import { RoleFields, ROLES, type Given, type Role } from "./role-fields";

type Person = Schemas["PersonShown"];
type Invitation = Schemas["InvitationShown"];
const KEY = ["settings", "people"];
const PEOPLE_MAX = 1_000; // of one account on a page
const PAGE = 200;

async function everybody() {
  const people: Person[] = [];
  for (let after = ""; people.length < PEOPLE_MAX; ) {
    const page = await data(api.GET("/api/v1/people", { params: { query: { limit: PAGE, ...(after && { after }) } } }));
    people.push(...page);
    if (page.length < PAGE) break;
    after = page.at(-1)!.email;
  }
  return { people, invitations: await data(api.GET("/api/v1/invitations", {})) };
}

const again = () => queries.invalidateQueries({ queryKey: KEY });
const roleOf = ({ role, may_export }: { role: string; may_export: boolean }) => `${said(role)}${may_export && role === "analyst" ? ", may export" : ""}`;

/** Who may come in, as whom, and who is invited. */
export function People() {
  const [inviting, setInviting] = useState(false);
  const [changing, setChanging] = useState<Person | null>(null);
  const [link, setLink] = useState<Schemas["InvitationMade"] | null>(null);
  const { who } = useSession();
  const mine = ROLES.findIndex((role) => role === who?.role);
  return (
    <Asked label="People" name={KEY} ask={everybody}>
      {({ people, invitations }) => (
        <div className="grid gap-6 p-4">
          <section aria-label="People" className="grid gap-3">
            <div className="flex items-center gap-3">
              <h2 className="flex-1 font-semibold">People</h2>
              <a href="/docs/people" className="text-accent underline">
                What each role may do
              </a>
              <Button kind="primary" onClick={() => setInviting(true)}>
                <Plus size={14} aria-hidden /> Invite
              </Button>
            </div>
            <SimpleTable
              label="Who has come"
              rows={people}
              columns={[
                ["Name", (one) => one.name || "–"],
                ["Email", (one) => one.email],
                ["Role", roleOf],
                ["Since", (one) => moment(one.since)],
                ["Actions", (one) => (ROLES.indexOf(one.role as Role) >= mine ? <Button kind="quiet" onClick={() => setChanging(one)} aria-label={`Change ${one.email}`}>Change</Button> : null)],
              ]}
            />
          </section>
          <section aria-label="Invitations" className="grid gap-3">
            <h2 className="font-semibold">Invitations</h2>
            {invitations.length === 0 ? (
              <p className="text-muted">Nobody is invited.</p>
            ) : (
              <SimpleTable
                label="Who is invited"
                rows={invitations}
                columns={[
                  ["Email", (one) => one.email],
                  ["Role", roleOf],
                  ["State", (one) => <State tone={one.state === "open" ? "live" : "calm"}>{said(one.state)}</State>],
                  ["Invited", (one) => `${ago(one.made_at)} by ${one.invited_by}`],
                  ["Actions", (one) => one.state === "open" && <Invited one={one} onLink={setLink} />],
                ]}
              />
            )}
          </section>
          {inviting && (
            <Invite
              onClose={() => setInviting(false)}
              onMade={(made) => {
                setInviting(false);
                setLink(made);
              }}
            />
          )}
          {changing && <Change person={changing} onClose={() => setChanging(null)} />}
          {link && (
            <Dialog open onClose={() => setLink(null)} title={link.sent ? "The letter is sent" : "Give her this link"} about={link.sent ? `${link.email} finds a link in it.` : `No mail is set up, or it was not taken. The link is for ${link.email}, works once, and is shown this once.`}>
              {link.link && <Code label="Link" text={link.link} />}
              <div className="mt-4 flex justify-end">
                <Button kind="primary" onClick={() => setLink(null)}>
                  Done
                </Button>
              </div>
            </Dialog>
          )}
        </div>
      )}
    </Asked>
  );
}

function Invited({ one, onLink }: { one: Invitation; onLink: (made: Schemas["InvitationMade"]) => void }) {
  const path = { params: { path: { invitation_id: one.invitation_id } } };
  const bad = (fault: unknown) => toast("It was not done", { detail: sentence(fault), bad: true });
  const send = useMutation({ mutationFn: () => data(api.POST("/api/v1/invitations/{invitation_id}/resend", path)), onSuccess: (made) => onLink(made), onError: bad, onSettled: again });
  const withdraw = useMutation({ mutationFn: () => api.DELETE("/api/v1/invitations/{invitation_id}", path), onSuccess: () => toast("The invitation is withdrawn", { detail: one.email }), onError: bad, onSettled: again });
  return (
    <>
      <Button kind="quiet" busy={send.isPending} onClick={() => send.mutate()} aria-label={`Send again to ${one.email}`}>
        Send again
      </Button>
      <Button kind="quiet" busy={withdraw.isPending} onClick={() => withdraw.mutate()} aria-label={`Withdraw ${one.email}`}>
        Withdraw
      </Button>
    </>
  );
}

function Invite({ onClose, onMade }: { onClose: () => void; onMade: (made: Schemas["InvitationMade"]) => void }) {
  const draft = useDraft({ email: "", role: "manager" as Role, may_export: false, party_id: null as string | null }, async (body, key) => {
    const made = await data(api.POST("/api/v1/invitations", { body, headers: { "Idempotency-Key": key } }));
    await again();
    onMade(made);
  });
  return (
    <Dialog open onClose={onClose} title="Invite somebody" about="She chooses her password herself.">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void draft.submit();
        }}
      >
        {draft.fault !== null && <p role="alert" className="text-bad">{sentence(draft.fault)}</p>}
        <TextField label="Email" type="email" required autoFocus value={draft.document.email} onChange={(email) => draft.set("email", email)} error={draft.error("email")} />
        <RoleFields given={draft.document} error={draft.error} onChange={(given) => Object.entries(given).forEach(([name, value]) => draft.set(name, value))} />
        <Buttons onClose={onClose} busy={draft.busy} word="Invite" />
      </form>
    </Dialog>
  );
}

function Change({ person, onClose }: { person: Person; onClose: () => void }) {
  const given: Given = { role: person.role as Role, may_export: person.may_export, party_id: person.party_id };
  const path = { path: { person_id: person.person_id } };
  const draft = useDraft(given, async (body) => {
    await api.PUT("/api/v1/people/{person_id}", { params: path, body });
    await again();
    toast("Her role is changed", { detail: person.email });
    onClose();
  });
  const remove = useMutation({
    mutationFn: () => api.DELETE("/api/v1/people/{person_id}", { params: path }),
    onSuccess: () => {
      toast("She may no longer come in", { detail: person.email });
      void again();
      onClose();
    },
  });
  const fault = draft.fault ?? remove.error;
  return (
    <Dialog open onClose={onClose} title={person.name || person.email} about={person.email}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void draft.submit();
        }}
      >
        {fault !== null && <p role="alert" className="text-bad">{sentence(fault)}</p>}
        <RoleFields given={draft.document} error={draft.error} onChange={(next) => Object.entries(next).forEach(([name, value]) => draft.set(name, value))} />
        <Buttons onClose={onClose} busy={draft.busy} word="Save">
          <Button kind="danger" busy={remove.isPending} onClick={() => remove.mutate()} className="mr-auto">
            Let her in no more
          </Button>
        </Buttons>
      </form>
    </Dialog>
  );
}
