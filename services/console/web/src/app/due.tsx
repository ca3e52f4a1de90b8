import { useState, type FormEvent } from "react";
import { api, data } from "@/api/client";
import { fieldErrors, sentence } from "@/api/errors";
import { signedIn } from "@/api/session";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { FactorSteps } from "./factor";
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
  return (
    <Threshold title="Set up a second factor">
      <FactorSteps onDone={onDone} />
    </Threshold>
  );
}
