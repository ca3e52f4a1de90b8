import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { api, data } from "@/api/client";
import { fieldErrors, sentence } from "@/api/errors";
import { useMay } from "@/api/session";
import { ListField } from "@/app/editors/list-field";
import { Fields } from "@/app/fields";
import { cn } from "@/lib/cn";
import { Field, Section, SelectField } from "@/ui/field";
import { begunAt, withMacro, type Begun } from "./macros";
import { askedAs } from "./ping";
import type { TargetDraft } from "./target";
import { Text } from "./text";
import { aboutCall, MADE_UP, WhichCall } from "./which-call";

const CONTENTS = [
  { value: "json", label: "A JSON body" },
  { value: "form", label: "A form's body" },
  { value: "xml", label: "An XML body" },
  { value: "query", label: "The query of the address" },
];
const TYPED_MS = 400;

/** What the bidder is told of a call, and how that looks for one. */
export function RequestPart({ draft }: { draft: TargetDraft }) {
  const { document, set, error } = draft;
  const mayEdit = useMay("edit");
  return (
    <>
      <Fields>
        <Section title="Request" about="Macros stand for what is known of the call: type { or [ and choose. Each value is escaped for its place; what is unknown is left empty.">
          <SelectField label="It is" value={document.content ?? "json"} choices={CONTENTS} onChange={(content) => set("content", content)} error={error("content")} />
          <TemplateField value={document.template ?? ""} onChange={(template) => set("template", template)} error={error("template")} />
          <ListField label="Groups of tags that leave, by commas" help="Other tags of the call are not told, whatever the template says." values={document.shared_tags ?? []} onChange={(tags) => set("shared_tags", tags)} error={error("shared_tags")} />
        </Section>
      </Fields>
      {mayEdit && (
        <Section title="As it would be sent" about="As it stands here, saved or not. Nobody is asked.">
          <Preview draft={draft} />
        </Section>
      )}
    </>
  );
}

function Preview({ draft }: { draft: TargetDraft }) {
  const [call, setCall] = useState(MADE_UP);
  const wanted = JSON.stringify({ document: askedAs(draft.document), ...aboutCall(call), send: false });
  const settled = useSettled(wanted);
  const shown = useQuery({
    queryKey: ["rtb-pings", "preview", settled],
    queryFn: () => data(api.POST("/api/v1/rtb-pings", { body: JSON.parse(settled) as never })),
    enabled: draft.document.endpoint !== "",
    placeholderData: (before) => before,
    retry: false,
    gcTime: 0,
  });
  const problem = shown.error && (Object.values(fieldErrors(shown.error))[0] ?? sentence(shown.error));
  return (
    <>
      <WhichCall value={call} onChange={setCall} />
      {draft.document.endpoint === "" && <p className="text-muted">Say first where it is asked: on the tab Endpoint.</p>}
      {problem && <p className="text-bad">{problem}</p>}
      {shown.data && !problem && <Text label="Request as it would be sent" text={shown.data.request} />}
    </>
  );
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), TYPED_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** A template; what a macro may become is offered below it as it is typed. */
function TemplateField({ value, onChange, error }: { value: string; onChange: (value: string) => void; error: string | undefined }) {
  const list = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const [begun, setBegun] = useState<Begun | null>(null);
  const [at, setAt] = useState(0);
  const look = () => {
    const place = area.current!;
    setBegun(place.selectionStart === place.selectionEnd ? begunAt(place.value, place.selectionStart) : null);
    setAt(0);
  };
  const take = (name: string | undefined) => {
    if (!begun || name === undefined) return;
    const next = withMacro(value, area.current!.selectionStart, begun, name);
    onChange(next.text);
    setBegun(null);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(next.caret, next.caret);
    });
  };
  const press = (event: KeyboardEvent) => {
    if (!begun) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt((at + step + begun.offered.length) % begun.offered.length);
    else if (event.key === "Enter" || event.key === "Tab") take(begun.offered[at]?.[0]);
    else if (event.key === "Escape") setBegun(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <Field label="Template" help="Empty: the usual JSON body." error={error}>
      {(wiring) => (
        <div>
          <textarea
            {...wiring}
            ref={area}
            rows={10}
            spellCheck={false}
            aria-autocomplete="list"
            aria-controls={begun ? list : undefined}
            aria-activedescendant={begun ? `${list}-${at}` : undefined}
            placeholder={'{"call": "{requestId}", "zip": "{callerZip}", "max_wait": "{timeoutMs}"}'}
            value={value}
            onChange={(event) => (onChange(event.target.value), look())}
            onClick={look}
            onKeyDown={press}
            onBlur={() => setBegun(null)}
            className="control h-auto w-full py-1 font-mono text-sm placeholder:text-faint aria-invalid:border-bad"
          />
          {begun && (
            <ul id={list} role="listbox" aria-label="Macros" className="mt-1 rounded-lg border border-line bg-panel p-1 shadow-float">
              {begun.offered.map(([name, about], index) => (
                <li
                  key={name}
                  id={`${list}-${index}`}
                  role="option"
                  aria-selected={index === at}
                  onPointerMove={() => setAt(index)}
                  onPointerDown={(event) => (event.preventDefault(), take(name))}
                  className={cn("flex min-h-7 items-center gap-3 rounded-md px-2", index === at && "bg-raised")}
                >
                  <span className="font-mono text-sm">{name}</span>
                  <span className="truncate text-sm text-muted">{about}</span>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </Field>
  );
}
