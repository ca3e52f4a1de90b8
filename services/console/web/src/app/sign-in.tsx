import { useState, type FormEvent, type ReactNode } from "react";
import { api, data } from "@/api/client";
import { fieldErrors, isProblem, sentence } from "@/api/errors";
import { signedIn } from "@/api/session";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";

/** Address and password, and a code where she has a second factor.  Whoever is known comes back to the account she was in. */
export function SignInForm({ email: known = "", account }: { email?: string; account?: string }) {
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [asksCode, setAsksCode] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>(null);

  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const body = { email, password, ...(account && { account_id: account }), ...(asksCode && code && { code }) };
      signedIn(await data(api.POST("/api/v1/session", { body })));
    } catch (no) {
      const codeMissing = isProblem(no) && no.code === "code_missing";
      if (codeMissing) setAsksCode(true);
      setFault(codeMissing ? null : no);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void send(event)} className="grid gap-4">
      {fault !== null && (
        <p role="alert" className="text-bad">
          {said(fault)}
        </p>
      )}
      {!asksCode && (
        <>
          <TextField label="Email" type="email" autoComplete="username" required autoFocus={!known} readOnly={known !== ""} value={email} onChange={setEmail} error={fieldErrors(fault)["email"]} />
          <TextField label="Password" type="password" autoComplete="current-password" required autoFocus={known !== ""} value={password} onChange={setPassword} />
        </>
      )}
      {asksCode && (
        <TextField
          label="Code"
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          autoFocus
          value={code}
          onChange={setCode}
          help="Of your authenticator app, or one of your recovery codes."
        />
      )}
      <Button type="submit" kind="primary" busy={busy} className="h-8">
        Sign in
      </Button>
    </form>
  );
}

const said = (fault: unknown): string => {
  if (!isProblem(fault)) return sentence(fault);
  if (fault.code === "wrong_password") return "There is nobody with this address and password.";
  if (fault.code === "wrong_code") return "This code is wrong, too old, or was used before.";
  return sentence(fault);
};

/** The frame of what comes before the console itself. */
export function Threshold({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="flex min-h-full items-start justify-center bg-bg px-4 pt-[14vh] pb-8">
      <div className="w-full max-w-sm rounded-lg border border-line bg-panel p-6">
        <p className="mb-1 text-sm text-muted">CallCenter Pro</p>
        <h1 className="mb-5 text-xl font-semibold">{title}</h1>
        {children}
      </div>
    </main>
  );
}
