import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes } from "react";
import { cn } from "@/lib/cn";

interface About {
  label: string;
  help?: ReactNode;
  error?: string | undefined;
  /** The label is said, not shown: the place says enough. */
  quiet?: boolean;
}

type Wiring = { id: string; "aria-invalid": true | undefined; "aria-describedby": string | undefined };

/** A label above, help and error below, wired for those who cannot see them. */
export function Field({ label, help, error, quiet, children }: About & { children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const described = [error && `${id}-error`, help && `${id}-help`].filter(Boolean).join(" ");
  return (
    <div className="min-w-0">
      <label htmlFor={id} className={quiet ? "sr-only" : "mb-1 block text-sm font-medium"}>
        {label}
      </label>
      {children({ id, "aria-invalid": error ? true : undefined, "aria-describedby": described || undefined })}
      {error && (
        <p id={`${id}-error`} className="mt-1 text-sm text-bad">
          {error}
        </p>
      )}
      {help && (
        <p id={`${id}-help`} className="mt-1 text-sm text-muted">
          {help}
        </p>
      )}
    </div>
  );
}

/** As wide as its place, unless a width of its own is named. */
const look = (className = ""): string => cn("control min-w-0 placeholder:text-faint aria-invalid:border-bad disabled:opacity-60", !/(^| )w-/.test(className) && "w-full", className);

type Own<T, V> = About & Omit<T, "onChange" | "value"> & { value: V; onChange: (value: V) => void };

/** One line of text. */
export function TextField({ label, help, error, quiet, value, onChange, className, ...rest }: Own<InputHTMLAttributes<HTMLInputElement>, string>) {
  return (
    <Field label={label} help={help} error={error} quiet={quiet}>
      {(wiring) => <input {...wiring} value={value} onChange={(event) => onChange(event.target.value)} className={look(className)} {...rest} />}
    </Field>
  );
}

/** A whole number, or nothing. */
export function NumberField({ label, help, error, quiet, value, onChange, className, ...rest }: Own<InputHTMLAttributes<HTMLInputElement>, number | null>) {
  return (
    <Field label={label} help={help} error={error} quiet={quiet}>
      {(wiring) => (
        <input
          {...wiring}
          inputMode="numeric"
          value={value ?? ""}
          onChange={(event) => {
            const digits = event.target.value.replace(/[^\d]/g, "").slice(0, 15);
            onChange(digits === "" ? null : Number(digits));
          }}
          className={look(cn("tabular-nums", className))}
          {...rest}
        />
      )}
    </Field>
  );
}

/** Several lines. */
export function TextArea({ label, help, error, quiet, value, onChange, className, ...rest }: Own<TextareaHTMLAttributes<HTMLTextAreaElement>, string>) {
  return (
    <Field label={label} help={help} error={error} quiet={quiet}>
      {(wiring) => <textarea rows={4} {...wiring} value={value} onChange={(event) => onChange(event.target.value)} className={look(cn("h-auto py-1", className))} {...rest} />}
    </Field>
  );
}

export interface Choice {
  value: string;
  label: string;
}

/**
 * One of few: the browser's own list, which every keyboard and screen reader knows.  A value that
 * is not among them (they may be loading) is a dash, not the first of them.
 */
export function SelectField({ label, help, error, quiet, value, onChange, choices, className, ...rest }: Own<SelectHTMLAttributes<HTMLSelectElement>, string> & { choices: readonly Choice[] }) {
  return (
    <Field label={label} help={help} error={error} quiet={quiet}>
      {(wiring) => (
        <select {...wiring} value={value} onChange={(event) => onChange(event.target.value)} className={look(className)} {...rest}>
          {!choices.some((choice) => choice.value === value) && <option value={value}>–</option>}
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Yes or no. */
export function CheckField({ label, help, error, value, onChange, disabled }: About & { value: boolean; onChange: (value: boolean) => void; disabled?: boolean }) {
  const id = useId();
  return (
    <div>
      <label className="flex min-h-6 items-center gap-2">
        <input
          type="checkbox"
          checked={value}
          disabled={disabled}
          onChange={(event) => onChange(event.target.checked)}
          aria-invalid={error ? true : undefined}
          aria-describedby={error || help ? id : undefined}
          className="size-4 accent-accent"
        />
        {label}
      </label>
      {(error || help) && (
        <p id={id} className={cn("ml-6 text-sm", error ? "text-bad" : "text-muted")}>
          {error ?? help}
        </p>
      )}
    </div>
  );
}

/** Fields that belong together: a heading and one line of what they are for. */
export function Section({ title, about, children }: { title: string; about?: ReactNode; children: ReactNode }) {
  return (
    <section className="grid gap-4 border-b border-line px-4 py-5 md:grid-cols-[220px_minmax(0,560px)] md:gap-8">
      <div>
        <h2 className="font-semibold">{title}</h2>
        {about && <p className="mt-1 text-sm text-muted">{about}</p>}
      </div>
      <div className="grid content-start gap-4">{children}</div>
    </section>
  );
}
