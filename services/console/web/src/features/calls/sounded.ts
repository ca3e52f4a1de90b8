import type { Schemas } from "@/api/client";
import { said } from "@/lib/words";

/** How a call sounded, as one line: what was measured, or why nothing was. */
export function sounded(quality: Schemas["Quality"]): string {
  if (quality.status === "unknown") return `Nothing is known: ${quality.reason || "the carrier does not say"}.`;
  const measured = [
    quality.mos != null && `opinion score ${quality.mos} of 5`,
    quality.jitter_ms != null && `jitter ${quality.jitter_ms} ms`,
    quality.packet_loss_percent != null && `${quality.packet_loss_percent} % of packets lost`,
    ...(quality.tags ?? []).map((tag) => said(tag).toLowerCase()),
  ].filter(Boolean);
  const line = measured.join(" · ") || "nothing out of the ordinary";
  return `${line[0]?.toUpperCase()}${line.slice(1)}${quality.status === "partial" ? " (the carrier had not finished)" : ""}`;
}
