import { useMemo } from "react";
import { at, type Form } from "@/app/editors/form";
import { Field } from "@/ui/field";
import { highlighted, type Piece } from "./highlight";

const LOOK: Record<Piece["look"], string> = { word: "text-live", text: "text-ok", number: "text-warn", remark: "text-muted", plain: "" };
const SAME = "font-mono text-sm leading-[18px] whitespace-pre-wrap break-words p-2 [tab-size:2]";

/** JavaScript with its words coloured: what is typed lies, without a colour, on what is coloured. */
export function CodeEditor({ form, path }: { form: Form; path: string }) {
  const source = at<string>(form, path) ?? "";
  const pieces = useMemo(() => highlighted(source), [source]);
  return (
    <Field label="Source" error={form.error(path)} help="The body of a function of caller, campaign, tags and context; it returns {route, data}. Try it below, or in the simulator.">
      {(wiring) => (
        <div className="relative rounded-md border border-line-strong bg-bg">
          <pre aria-hidden className={`${SAME} min-h-40`}>
            {pieces.map((piece, index) => (
              <span key={index} className={LOOK[piece.look]}>
                {piece.text}
              </span>
            ))}
            {"\n"}
          </pre>
          <textarea {...wiring} spellCheck={false} value={source} onChange={(event) => form.set(path, event.target.value)} className={`${SAME} absolute inset-0 size-full resize-none overflow-hidden bg-transparent text-transparent caret-text`} />
        </div>
      )}
    </Field>
  );
}
