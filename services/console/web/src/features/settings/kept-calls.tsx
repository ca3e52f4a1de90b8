import { api, basedOn, data, queries, type Schemas } from "@/api/client";
import { useDraft } from "@/api/draft";
import { sentence } from "@/api/errors";
import { useMay } from "@/api/session";
import { Button } from "@/ui/button";
import { CheckField, NumberField, Section } from "@/ui/field";
import { toast } from "@/ui/toast";
import { Asked } from "./parts";

const KEY = ["settings", "kept calls"];
const PATHS = { recording: "/api/v1/recording-rule", quality: "/api/v1/quality-rule" } as const;

async function ask() {
  const [recording, quality] = await Promise.all([data(api.GET(PATHS.recording, {})), data(api.GET(PATHS.quality, {}))]);
  return { recording: { document: recording.document as Schemas["RecordingRule"], version: recording.version }, quality };
}

/** How long recordings are kept, and whether the carrier is asked how calls sounded. */
export function KeptCalls() {
  return (
    <Asked label="Recordings and quality" name={KEY} ask={ask}>
      {({ recording, quality }) => (
        <>
          <Recordings key={`recording ${recording.version}`} {...recording} />
          <Quality key={`quality ${quality.version}`} {...quality} />
        </>
      )}
    </Asked>
  );
}

/** One rule: what it says, and saving it, based on the version that was seen. */
function useRule<D extends object>(document: D, put: (document: D) => Promise<unknown>) {
  return useDraft(document, async (next) => {
    await put(next);
    toast("Saved");
    await queries.invalidateQueries({ queryKey: KEY });
  });
}

function Recordings({ document, version }: { document: Schemas["RecordingRule"]; version: number }) {
  const draft = useRule(document, (body) => api.PUT(PATHS.recording, { params: { header: basedOn(version) as never }, body }));
  return (
    <Section title="Recordings" about="What was written down of one stays with its call.">
      <NumberField label="Kept for (days)" help="Empty: until somebody deletes them. Older ones are deleted at once, also at the carrier." className="w-32" value={draft.document.keep_days ?? null} onChange={(days) => draft.set("keep_days", days)} error={draft.error("keep_days")} />
      <Save draft={draft} />
    </Section>
  );
}

function Quality({ document, version }: { document: Schemas["QualityRule"]; version: number }) {
  const draft = useRule(document, (body) => api.PUT(PATHS.quality, { params: { header: basedOn(version) as never }, body }));
  return (
    <Section title="How calls sounded" about="Loss, jitter and who hung up, as the carrier has measured them.">
      <CheckField label="Ask the carrier about calls that end from now on" help="Its Voice Insights may cost extra." value={draft.document.ask ?? false} onChange={(on) => draft.set("ask", on)} error={draft.error("ask")} />
      <Save draft={draft} />
    </Section>
  );
}

function Save({ draft }: { draft: { dirty: boolean; busy: boolean; fault: unknown; submit: () => Promise<boolean> } }) {
  const mayEdit = useMay("edit");
  if (!mayEdit) return null;
  return (
    <div className="flex items-center gap-3">
      <Button kind="primary" disabled={!draft.dirty} busy={draft.busy} onClick={() => void draft.submit()}>
        Save
      </Button>
      {draft.fault !== null && <p role="alert" className="text-bad">{sentence(draft.fault)}</p>}
    </div>
  );
}
