import { Plus, X } from "lucide-react";
import { useRef } from "react";
import { Button, IconButton } from "@/ui/button";
import { CheckField, NumberField, Section, SelectField, TextField } from "@/ui/field";
import type { TargetDraft } from "./target";

const MASK = "********"; // what the API shows of a secret; sent back, it stays what it was

const METHODS = ["POST", "GET", "PUT", "PATCH"].map((value) => ({ value, label: value }));
type Auth = { kind: string } & Record<string, string>;
const AUTHS: Record<string, { label: string; fresh: Record<string, string>; fields: [path: string, label: string, secret: boolean][] }> = {
  none: { label: "Nothing", fresh: {}, fields: [] },
  header: { label: "A key in a header", fresh: { name: "X-API-Key", key: "" }, fields: [["name", "Header", false], ["key", "Key", true]] },
  bearer: { label: "A bearer token", fresh: { token: "" }, fields: [["token", "Token", true]] },
  basic: { label: "A name and password", fresh: { username: "", password: "" }, fields: [["username", "User name", false], ["password", "Password", true]] },
  hmac: { label: "A signature (HMAC-SHA256)", fresh: { secret: "" }, fields: [["secret", "Shared secret", true]] },
};

/** Where and how the bidder is asked, and how it knows that it is us. */
export function Endpoint({ draft }: { draft: TargetDraft }) {
  const { document, set, error } = draft;
  const auth = document.auth as unknown as Auth;
  const headers = document.headers ?? [];
  const method = (value: string) => {
    set("method", value);
    if (value === "GET") set("content", "query"); // it has no body
  };
  return (
    <>
      <Section title="Endpoint" about="Asked once for each call that the bidder may have. It may hold macros.">
        <TextField label="URL" type="url" required placeholder="https://bids.example.com/v1" value={document.endpoint} onChange={(endpoint) => set("endpoint", endpoint)} error={error("endpoint")} className="font-mono" />
        <SelectField label="Method" value={document.method ?? "POST"} choices={METHODS} onChange={method} error={error("method")} />
        <NumberField label="Waited for at most (ms)" help="A router's own deadline may end it sooner." value={document.timeout_ms ?? null} onChange={(ms) => set("timeout_ms", ms)} error={error("timeout_ms")} className="w-32" />
        <CheckField label="Wait less for it as long as it is slow and pays little" value={document.adaptive ?? true} onChange={(on) => set("adaptive", on)} error={error("adaptive")} />
      </Section>
      <Section title="Proof" about="Secrets are kept sealed and never shown again.">
        <SelectField label="It knows us by" value={auth.kind} choices={Object.entries(AUTHS).map(([value, { label }]) => ({ value, label }))} onChange={(kind) => set("auth", { kind, ...AUTHS[kind]!.fresh })} error={error("auth") && AUTHS[auth.kind]!.fields.length === 0 ? error("auth") : undefined} />
        {AUTHS[auth.kind]!.fields.map(([path, label, secret]) =>
          secret ? (
            <SecretField key={auth.kind + path} label={label} value={auth[path] ?? ""} onChange={(text) => set(`auth.${path}`, text)} error={error(`auth.${auth.kind}.${path}`) ?? error(`auth.${path}`)} />
          ) : (
            <TextField key={path} label={label} value={auth[path] ?? ""} onChange={(text) => set(`auth.${path}`, text)} error={error(`auth.${auth.kind}.${path}`) ?? error(`auth.${path}`)} />
          ),
        )}
      </Section>
      <Section title="Headers" about="Sent with each request; values may hold macros, and are kept as secrets.">
        {headers.map((header, index) => (
          <div key={index} className="flex flex-wrap items-end gap-2">
            <TextField label={`Header ${index + 1}`} value={header.name} onChange={(name) => set(`headers.${index}.name`, name)} error={error(`headers.${index}.name`)} className="font-mono" />
            <div className="min-w-40 flex-1">
              <SecretField label="Value" value={header.value} onChange={(value) => set(`headers.${index}.value`, value)} error={error(`headers.${index}.value`)} />
            </div>
            <IconButton label={`Take away header ${index + 1}`} onClick={() => set("headers", headers.filter((_, other) => other !== index))}>
              <X size={15} aria-hidden />
            </IconButton>
          </div>
        ))}
        <div>
          <Button onClick={() => set("headers", [...headers, { name: "", value: "" }])}>
            <Plus size={14} aria-hidden /> Header
          </Button>
        </div>
      </Section>
    </>
  );
}

/** A secret that is kept is not shown; what is typed takes its place, and emptied it stays. */
function SecretField({ label, value, onChange, error }: { label: string; value: string; onChange: (value: string) => void; error: string | undefined }) {
  const kept = useRef(value === MASK);
  if (value === MASK) kept.current = true; // saved meanwhile
  return (
    <TextField
      label={label}
      type="password"
      autoComplete="off"
      placeholder={kept.current ? "Kept: type to replace it" : ""}
      value={value === MASK ? "" : value}
      onChange={(text) => onChange(text === "" && kept.current ? MASK : text)}
      error={error}
      className="font-mono"
    />
  );
}
