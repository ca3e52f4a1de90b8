import { at, type Form } from "@/app/editors/form";
import { CheckField, SelectField, TextArea, TextField } from "@/ui/field";
import type { Field } from "../schema";

const SOUNDS = [
  { value: "text", label: "Words" },
  { value: "audio", label: "A recording" },
];

/** What a caller hears: words that are spoken, or a recording. */
export function PromptEditor({ form, path, field }: { form: Form; path: string; field: Field }) {
  const prompt = at<{ text?: string; audio?: string | null; voice?: string | null; language?: string } | null>(form, path);
  const recording = prompt?.audio != null;
  const label = field.label || "Prompt";
  return (
    <div className="grid gap-2">
      {field.nullable && <CheckField label={label} value={prompt != null} onChange={(on) => form.set(path, on ? { text: label } : null)} error={prompt == null ? form.error(path) : undefined} />}
      {prompt && (
        <>
          {recording ? (
            <TextField label={field.nullable ? `${label}: address` : label} placeholder="https://cdn.example.com/hello.mp3" value={prompt.audio ?? ""} onChange={(audio) => form.set(path, { ...prompt, text: "", audio })} error={form.error(path)} className="font-mono" />
          ) : (
            <TextArea label={field.nullable ? `${label}: words` : label} help="{caller_state}, {campaign} and any tag {zip} are filled in" rows={3} value={prompt.text ?? ""} onChange={(text) => form.set(path, { ...prompt, text })} error={form.error(path)} />
          )}
          <details>
            <summary className="w-fit py-0.5 text-sm text-muted">Recording, voice and language</summary>
            <div className="mt-2 grid gap-2">
              <SelectField label={`${label} is`} value={recording ? "audio" : "text"} choices={SOUNDS} onChange={(next) => form.set(path, next === "audio" ? { ...prompt, text: "", audio: "https://" } : { ...prompt, text: label, audio: null })} />
              {!recording && <TextField label="Voice" placeholder="Polly.Joanna" value={prompt.voice ?? ""} onChange={(voice) => form.set(path, { ...prompt, voice: voice || null })} />}
              {!recording && <TextField label="Language" value={prompt.language ?? "en-US"} onChange={(language) => form.set(path, { ...prompt, language })} />}
            </div>
          </details>
        </>
      )}
    </div>
  );
}
