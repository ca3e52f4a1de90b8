import { useState, type FormEvent } from "react";
import { api, data } from "@/api/client";
import { fieldErrors, sentence } from "@/api/errors";
import { signedIn } from "@/api/session";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Threshold } from "./sign-in";

/** The one-time password has to be replaced before anything else. */
export function ChangePassword() {
  const [password, setPassword] = useState("");
  const [next, setNext] = useState("");
  const [fault, setFault] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const errors = fieldErrors(fault);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      signedIn(await data(api.PUT("/api/v1/session/password", { body: { password, new_password: next } })));
    } catch (no) {
      setFault(no);
      setBusy(false);
    }
  };
  return (
    <Threshold title="Choose a password">
      <form onSubmit={(event) => void send(event)} className="grid gap-4">
        <p className="text-muted">The one that you were given works only once.</p>
        {fault !== null && Object.keys(errors).length === 0 && <p role="alert" className="text-bad">{sentence(fault)}</p>}
        <TextField label="Password that you were given" type="password" autoComplete="current-password" required autoFocus value={password} onChange={setPassword} error={errors["password"]} />
        <TextField label="New password" type="password" autoComplete="new-password" required value={next} onChange={setNext} error={errors["new_password"]} help="At least 12 characters; a sentence is good." />
        <Button type="submit" kind="primary" busy={busy} className="h-8">
          Go on
        </Button>
      </form>
    </Threshold>
  );
}

/** The account asks for a second factor, and she has none yet. */
export function SetUpFactor({ onDone }: { onDone: () => void }) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [proposed, setProposed] = useState<{ secret: string; address: string } | null>(null);
  const [recovery, setRecovery] = useState<string[] | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const errors = fieldErrors(fault);
  const tried = async (event: FormEvent, act: () => Promise<void>) => {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    await act().catch(setFault);
    setBusy(false);
  };
  const propose = async () => setProposed(await data(api.POST("/api/v1/session/second-factor", { body: { password } })));
  const confirm = async () => setRecovery((await data(api.PUT("/api/v1/session/second-factor", { body: { code } }))).recovery_codes);

  if (recovery !== null)
    return (
      <Threshold title="Keep these codes">
        <p className="text-muted">Each signs you in once when you have lost your app. They are shown this once.</p>
        <ul className="my-4 grid grid-cols-2 gap-1 font-mono">{recovery.map((one) => <li key={one}>{one}</li>)}</ul>
        <Button kind="primary" onClick={onDone} className="h-8 w-full">
          I have kept them
        </Button>
      </Threshold>
    );
  return (
    <Threshold title="Set up a second factor">
      {fault !== null && Object.keys(errors).length === 0 && <p role="alert" className="mb-3 text-bad">{sentence(fault)}</p>}
      {proposed === null ? (
        <form onSubmit={(event) => void tried(event, propose)} className="grid gap-4">
          <p className="text-muted">Besides your password you will be asked for a code of an authenticator app.</p>
          <TextField label="Password" type="password" autoComplete="current-password" required autoFocus value={password} onChange={setPassword} error={errors["password"]} />
          <Button type="submit" kind="primary" busy={busy} className="h-8">
            Go on
          </Button>
        </form>
      ) : (
        <form onSubmit={(event) => void tried(event, confirm)} className="grid gap-4">
          <p>
            Enter this secret into your app, or <a href={proposed.address} className="text-accent underline">open it there</a>:
          </p>
          <code className="rounded-md bg-raised p-2 font-mono break-all">{proposed.secret}</code>
          <TextField label="Code that the app shows now" inputMode="numeric" autoComplete="one-time-code" required autoFocus value={code} onChange={setCode} error={errors["code"]} />
          <Button type="submit" kind="primary" busy={busy} className="h-8">
            Use it from now on
          </Button>
        </form>
      )}
    </Threshold>
  );
}
