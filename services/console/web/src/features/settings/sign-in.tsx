import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, data, queries } from "@/api/client";
import { fieldErrors, sentence } from "@/api/errors";
import { signedIn } from "@/api/session";
import { FactorSteps, RecoveryCodes } from "@/app/factor";
import { ago } from "@/lib/time";
import { plural } from "@/lib/words";
import { State } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Section, TextField } from "@/ui/field";
import { Page } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { toast } from "@/ui/toast";
import { Asked } from "./parts";

const KEY = ["settings", "sign-in"];

/** One's own password, second factor, and where one is signed in. */
export function MySignIn() {
  const ask = async () => {
    const [factor, sessions] = await Promise.all([data(api.GET("/api/v1/session/second-factor", {})), data(api.GET("/api/v1/sessions", {}))]);
    return { factor, sessions };
  };
  return (
    <Asked label="My sign-in" name={KEY} ask={ask}>
      {({ factor, sessions }) => (
        <>
          <Section title="Password" about="Every other session of yours ends when it is changed.">
            <Password />
          </Section>
          <Section title="Second factor" about="A code of an authenticator app, besides the password.">
            <Factor inUse={factor.in_use} left={factor.recovery_codes_left} />
          </Section>
          <Section title="Where I am signed in">
            <SimpleTable
              label="Sessions"
              rows={sessions}
              columns={[
                ["Browser", (one) => <span className="break-words">{one.agent || "Unknown"}</span>],
                ["From", (one) => one.address, "mono"],
                ["Seen", (one) => ago(one.seen_at)],
                ["Actions", (one) => (one.current ? <State tone="ok">This one</State> : <End id={one.session_id} />)],
              ]}
            />
          </Section>
        </>
      )}
    </Asked>
  );
}

function End({ id }: { id: string }) {
  const end = useMutation({ mutationFn: () => api.DELETE("/api/v1/sessions/{session_id}", { params: { path: { session_id: id } } }), onSettled: () => queries.invalidateQueries({ queryKey: KEY }) });
  return (
    <Button kind="quiet" busy={end.isPending} onClick={() => end.mutate()}>
      End it
    </Button>
  );
}

function Password() {
  const [password, setPassword] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => data(api.PUT("/api/v1/session/password", { body: { password, new_password: next } })),
    onSuccess: (who) => {
      signedIn(who);
      setPassword("");
      setNext("");
      toast("Your password is changed");
      void queries.invalidateQueries({ queryKey: KEY });
    },
  });
  const errors = fieldErrors(change.error);
  const send = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form onSubmit={send} className="grid gap-4">
      {change.error && Object.keys(errors).length === 0 && <p role="alert" className="text-bad">{sentence(change.error)}</p>}
      <TextField label="Password now" type="password" autoComplete="current-password" required value={password} onChange={setPassword} error={errors["password"]} />
      <TextField label="New password" type="password" autoComplete="new-password" required help="At least 12 characters; a sentence is good." value={next} onChange={setNext} error={errors["new_password"]} />
      <div>
        <Button type="submit" busy={change.isPending}>
          Change the password
        </Button>
      </div>
    </form>
  );
}

const TITLES = { setup: "Set up a second factor", codes: "New recovery codes", removal: "Do without a second factor" } as const;

function Factor({ inUse, left }: { inUse: boolean; left: number }) {
  const [doing, setDoing] = useState<keyof typeof TITLES | null>(null);
  const close = () => {
    setDoing(null);
    void queries.invalidateQueries({ queryKey: KEY });
  };
  return (
    <>
      <p>{inUse ? <State tone="ok">In use, {plural(left, "recovery code")} left</State> : <State tone="warn">Not in use</State>}</p>
      <div className="flex flex-wrap gap-2">
        {!inUse && (
          <Button kind="primary" onClick={() => setDoing("setup")}>
            Set it up
          </Button>
        )}
        {inUse && <Button onClick={() => setDoing("codes")}>New recovery codes</Button>}
        {inUse && <Button onClick={() => setDoing("removal")}>Do without it</Button>}
      </div>
      {doing && (
        <Dialog open onClose={close} title={TITLES[doing]}>
          {doing === "setup" ? <FactorSteps onDone={close} /> : <ByPassword doing={doing} onDone={close} />}
        </Dialog>
      )}
    </>
  );
}

/** What changes the second factor asks for the password once more. */
function ByPassword({ doing, onDone }: { doing: "codes" | "removal"; onDone: () => void }) {
  const [password, setPassword] = useState("");
  const [codes, setCodes] = useState<string[] | null>(null);
  const act = useMutation({
    mutationFn: async () => {
      if (doing === "codes") setCodes((await data(api.PUT("/api/v1/session/second-factor/recovery-codes", { body: { password } }))).recovery_codes);
      else {
        await api.POST("/api/v1/session/second-factor/removal", { body: { password } });
        onDone();
      }
    },
  });
  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />;
  const errors = fieldErrors(act.error);
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        act.mutate();
      }}
    >
      {act.error && Object.keys(errors).length === 0 && <p role="alert" className="text-bad">{sentence(act.error)}</p>}
      <TextField label="Password" type="password" autoComplete="current-password" required autoFocus value={password} onChange={setPassword} error={errors["password"]} />
      <Button type="submit" kind="primary" busy={act.isPending} className="h-8">
        Go on
      </Button>
    </form>
  );
}

/** The same as a page of its own, for people who have no settings. */
export function MySignInPage() {
  return (
    <Page title="My sign-in">
      <MySignIn />
    </Page>
  );
}
