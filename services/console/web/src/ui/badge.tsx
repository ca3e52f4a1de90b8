import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

export type Tone = "ok" | "warn" | "bad" | "live" | "calm";

const TEXT: Record<Tone, string> = { ok: "text-ok", warn: "text-warn", bad: "text-bad", live: "text-live", calm: "text-muted" };
const DOT: Record<Tone, string> = { ok: "bg-ok", warn: "bg-warn", bad: "bg-bad", live: "bg-live", calm: "bg-faint" };

/** A state: always a word, the colour only helps. */
export function State({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={cn("inline-flex items-center gap-1.5 align-top whitespace-nowrap", TEXT[tone])}>
      <span aria-hidden className={cn("size-1.5 rounded-full", DOT[tone])} />
      {children}
    </span>
  );
}

/** A short word beside a name. */
export function Badge({ tone = "calm", children, title }: { tone?: Tone; children: ReactNode; title?: string }) {
  return (
    <span title={title} className={cn("inline-flex h-[18px] items-center rounded-sm border border-line bg-raised px-1.5 text-xs font-medium whitespace-nowrap", tone === "calm" ? "text-muted" : TEXT[tone])}>
      {children}
    </span>
  );
}
