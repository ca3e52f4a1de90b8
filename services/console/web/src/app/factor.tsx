import { useState, type FormEvent } from "react";
import { api, data, type Schemas } from "@/api/client";
import { fieldErrors, sentence } from "@/api/errors";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";

/** From the password to a secret, from a code of the app to recovery codes, which are shown this once. */
export function FactorSteps({ onDone }: { onDone: () => void }) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [proposed, setProposed] = useState<Schemas["Proposed"] | null>(null);
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

  if (recovery !== null) return <RecoveryCodes codes={recovery} onDone={onDone} />;
  const told = fault !== null && Object.keys(errors).length === 0 && (
    <p role="alert" className="mb-3 text-bad">
      {sentence(fault)}
    </p>
  );
  if (proposed === null)
    return (
      <form onSubmit={(event) => void tried(event, propose)} className="grid gap-4">
        {told}
        <p className="text-muted">Besides your password you will be asked for a code of an authenticator app.</p>
        <TextField label="Password" type="password" autoComplete="current-password" required autoFocus value={password} onChange={setPassword} error={errors["password"]} />
        <Button type="submit" kind="primary" busy={busy} className="h-8">
          Go on
        </Button>
      </form>
    );
  return (
    <form onSubmit={(event) => void tried(event, confirm)} className="grid gap-4">
      {told}
      <p>
        Scan this with your app, or type the secret, or <a href={proposed.address} className="text-accent underline">open it there</a>:
      </p>
      <div className="flex flex-wrap items-center gap-4">
        <img src={proposed.qr_code} alt="QR code of the secret" className="size-44 rounded-md" />
        <code className="min-w-0 flex-1 basis-40 rounded-md bg-raised p-2 font-mono break-all">{proposed.secret}</code>
      </div>
      <TextField label="Code that the app shows now" inputMode="numeric" autoComplete="one-time-code" required autoFocus value={code} onChange={setCode} error={errors["code"]} />
      <Button type="submit" kind="primary" busy={busy} className="h-8">
        Use it from now on
      </Button>
    </form>
  );
}

export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  return (
    <>
      <p className="text-muted">Keep these codes: each signs you in once when you have lost your app. They are shown this once.</p>
      <ul aria-label="Recovery codes" className="my-4 grid grid-cols-2 gap-1 font-mono">
        {codes.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
      <Button kind="primary" onClick={onDone} className="h-8 w-full">
        I have kept them
      </Button>
    </>
  );
}
