import { useEffect, useId } from "react";
import { useDraft } from "@/api/draft";
import { sentence } from "@/api/errors";
import { Button } from "@/ui/button";
import { SelectField, TextArea, TextField } from "@/ui/field";
import { toast } from "@/ui/toast";
import { wrapUp, type AgentCall, type Whose } from "./queries";

const RATINGS = [{ value: "", label: "None" }, ...[5, 4, 3, 2, 1].map((one) => ({ value: String(one), label: `${one} of 5` }))];

interface Props {
  whose: Whose;
  call: AgentCall;
  /** What was said of other calls, to choose from. */
  dispositions: readonly string[];
  onDirty?: (dirty: boolean) => void;
}

/** What is said of a call: kept while it goes on, and with it the wrap-up ends once she is done. */
export function WrapUpForm({ whose, call, dispositions, onDirty }: Props) {
  const list = useId();
  const live = call.ended_at == null;
  const due = !live && call.wrapped_at == null;
  const draft = useDraft(call.notes, async (notes) => {
    await wrapUp(whose, call, { ...notes, done: !live });
    toast(live ? "Kept" : due ? "Wrapped up" : "Changed", { detail: notes.disposition || undefined });
  });
  const { dirty, reset } = draft;
  useEffect(() => onDirty?.(dirty), [dirty, onDirty]);
  // Somebody else may say something of it too: shown here unless something is typed.
  const told = JSON.stringify(call.notes);
  useEffect(() => {
    if (!dirty) reset(JSON.parse(told) as AgentCall["notes"]);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- when it is told anew, not when typing ends
  }, [told]);
  const save = (event: React.FormEvent) => {
    event.preventDefault();
    void draft.submit();
  };
  return (
    <form onSubmit={save} className="grid gap-3" aria-label={live ? "Notes of the call" : "Wrap-up"}>
      {draft.fault !== null && (
        <p role="alert" className="text-bad">
          {sentence(draft.fault)}
        </p>
      )}
      <TextField label="What came of it" list={list} maxLength={120} value={draft.document.disposition ?? ""} onChange={(text) => draft.set("disposition", text)} error={draft.error("disposition")} />
      <datalist id={list}>
        {dispositions.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <TextArea label="Notes" maxLength={4_000} value={draft.document.notes ?? ""} onChange={(text) => draft.set("notes", text)} error={draft.error("notes")} />
      <SelectField label="Rating" value={draft.document.rating == null ? "" : String(draft.document.rating)} choices={RATINGS} onChange={(text) => draft.set("rating", text === "" ? null : Number(text))} error={draft.error("rating")} className="w-32" />
      <div>
        <Button type="submit" kind={due ? "primary" : "plain"} busy={draft.busy}>
          {live ? "Keep" : due ? "Done" : "Save"}
        </Button>
      </div>
    </form>
  );
}
