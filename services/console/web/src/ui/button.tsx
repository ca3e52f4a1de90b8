import type { ButtonHTMLAttributes, ReactNode } from "react";
import { cn } from "@/lib/cn";

const KINDS = {
  primary: "border-transparent bg-accent text-on-accent font-medium hover:brightness-110",
  plain: "border-line-strong bg-panel text-text hover:bg-raised",
  quiet: "border-transparent text-muted hover:bg-raised hover:text-text",
  danger: "border-bad text-bad bg-panel hover:bg-raised",
};

export type ButtonKind = keyof typeof KINDS;

/** The look of a button, also for links that look like one. */
export const buttonLook = (kind: ButtonKind = "plain", className = "", padding = "px-2.5"): string =>
  cn(
    "inline-flex h-7 shrink-0 items-center justify-center gap-1.5 rounded-md border text-base whitespace-nowrap transition-colors duration-100 select-none pointer-coarse:h-10",
    "disabled:pointer-events-none disabled:opacity-60 aria-busy:opacity-60",
    KINDS[kind],
    padding,
    className,
  );

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: ButtonKind;
  /** Something is being done: a second click does nothing. */
  busy?: boolean;
  padding?: string;
}

export function Button({ kind = "plain", busy = false, padding, className, onClick, ...rest }: Props) {
  return (
    <button
      type="button"
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={buttonLook(kind, className, padding)}
      {...rest}
    />
  );
}

/** A button that is only an icon: its label is said and shown as its title. */
export function IconButton({ label, children, className, ...rest }: Omit<Props, "aria-label"> & { label: string; children: ReactNode }) {
  return (
    <Button kind="quiet" aria-label={label} title={label} padding="w-7 pointer-coarse:w-10" className={className} {...rest}>
      {children}
    </Button>
  );
}
