import { api, data, queries } from "@/api/client";
import { useDraft } from "@/api/draft";
import { sentence } from "@/api/errors";
import { useMay, useSession } from "@/api/session";
import { DemoData } from "@/app/demo";
import { SaveBar } from "@/app/save-bar";
import { ZONE } from "@/lib/time";
import { CheckField, Section, TextField } from "@/ui/field";
import { toast } from "@/ui/toast";
import { Asked } from "./parts";

interface Organised {
  name: string;
  required: boolean | null;
}

/** What the organisation is called, and how its people sign in. */
export function Organisation() {
  const mayKnow = useMay("people");
  const ask = async (): Promise<Organised> => {
    const { name } = await data(api.GET("/api/v1/account", {}));
    const required = mayKnow ? (await data(api.GET("/api/v1/account/sign-in", {}))).second_factor_required : null;
    return { name, required };
  };
  return (
    <Asked label="Organisation" name={["settings", "organisation"]} ask={ask}>
      {(found) => <Form key={JSON.stringify(found)} found={found} />}
    </Asked>
  );
}

function Form({ found }: { found: Organised }) {
  const mayChange = useMay("account");
  const { who } = useSession();
  const draft = useDraft(found, async ({ name, required }) => {
    if (name !== found.name) await api.PUT("/api/v1/account", { body: { name } });
    if (required !== null && required !== found.required) await api.PUT("/api/v1/account/sign-in", { body: { second_factor_required: required } });
    await queries.invalidateQueries({ queryKey: ["settings", "organisation"] });
    toast("Saved", { detail: name });
  });
  return (
    <>
      {draft.fault !== null && <p role="alert" className="m-4 text-bad">{sentence(draft.fault)}</p>}
      <fieldset disabled={!mayChange} className="contents">
        <Section title="Organisation" about="As its people and its invitations see it.">
          <TextField label="Name" value={draft.document.name} onChange={(name) => draft.set("name", name)} error={draft.error("name")} />
          <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
            <dt className="text-muted">Account</dt>
            <dd className="font-mono text-sm">{who?.account_id}</dd>
            <dt className="text-muted">Times are shown in</dt>
            <dd>{ZONE}, the zone of this browser</dd>
          </dl>
        </Section>
        {draft.document.required !== null && (
          <Section title="Signing in">
            <CheckField label="Everybody needs a second factor" help="Who has none sets one up at the next request, before anything else." value={draft.document.required} onChange={(on) => draft.set("required", on)} error={draft.error("second_factor_required")} />
          </Section>
        )}
      </fieldset>
      <Section title="Demo data" about="To try things with, beside your own.">
        <DemoData about />
      </Section>
      {mayChange && <SaveBar draft={draft} isNew={false} word="organisation" />}
    </>
  );
}
