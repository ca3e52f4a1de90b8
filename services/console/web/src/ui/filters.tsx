import { ChevronDown, X } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./button";
import type { Choice } from "./field";
import { Menu, MenuCheck, MenuItem } from "./menu";

/** Filters above a list.  What is chosen stands in the URL: these only show and change it. */
export function Filters({ children, onClear }: { children: React.ReactNode; onClear?: (() => void) | undefined }) {
  return (
    <div role="search" className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-4 py-1.5">
      {children}
      {onClear && (
        <Button kind="quiet" onClick={onClear}>
          <X size={14} aria-hidden /> Clear filters
        </Button>
      )}
    </div>
  );
}

const trigger = (label: string, shown: string | undefined) => (
  <Button className={shown ? "border-accent" : ""}>
    <span className={shown ? "text-muted" : ""}>{label}</span>
    {shown && <span className="max-w-48 truncate">{shown}</span>}
    <ChevronDown size={14} aria-hidden className="text-muted" />
  </Button>
);

/** Any of several. */
export function FilterMany({ label, choices, value, onChange }: { label: string; choices: readonly Choice[]; value: readonly string[]; onChange: (value: string[]) => void }) {
  const names = choices.filter((choice) => value.includes(choice.value)).map((choice) => choice.label);
  const shown = names.length > 2 ? `${names.length} chosen` : names.join(", ");
  return (
    <Menu trigger={trigger(label, shown || undefined)}>
      {choices.map((choice) => (
        <MenuCheck
          key={choice.value}
          checked={value.includes(choice.value)}
          onChange={(checked) => onChange(checked ? [...value, choice.value] : value.filter((one) => one !== choice.value))}
        >
          {choice.label}
        </MenuCheck>
      ))}
    </Menu>
  );
}

/** One or none; `none` names the choice that does not filter. */
export function FilterOne({ label, choices, value, onChange, none }: { label: string; choices: readonly Choice[]; value: string | undefined; onChange: (value: string | undefined) => void; none?: string }) {
  const shown = choices.find((choice) => choice.value === value)?.label;
  return (
    <Menu trigger={trigger(label, shown)}>
      {none && <MenuItem onChoose={() => onChange(undefined)}>{none}</MenuItem>}
      {choices.map((choice) => (
        <MenuItem key={choice.value} onChoose={() => onChange(choice.value)}>
          {choice.label}
        </MenuItem>
      ))}
    </Menu>
  );
}

const TYPED_MS = 300;

/** Text that is looked for, a moment after the last key.  `/` goes here. */
export function FilterText({ label, value, onChange }: { label: string; value: string | undefined; onChange: (value: string | undefined) => void }) {
  const [typed, setTyped] = useState(value ?? "");
  useEffect(() => setTyped(value ?? ""), [value]);
  useEffect(() => {
    if (typed === (value ?? "")) return;
    const timer = setTimeout(() => onChange(typed || undefined), TYPED_MS);
    return () => clearTimeout(timer);
  });
  return <input type="search" data-filter aria-label={label} placeholder={label} value={typed} onChange={(event) => setTyped(event.target.value)} className="control w-44 placeholder:text-muted" />;
}
