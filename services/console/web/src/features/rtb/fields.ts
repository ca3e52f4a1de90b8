import type { TabName } from "./search";

/** On which tab a field stands, by the first name of its path; all others are on the first. */
const TAB_OF: Record<string, TabName> = {
  ...of("endpoint", ["endpoint", "method", "headers", "auth", "timeout_ms", "adaptive"]),
  ...of("request", ["content", "template", "shared_tags"]),
  ...of("response", ["response"]),
  ...of("limits", ["caps", "zone", "requests_per_minute", "schedule", "filter", "publishers", "duplicates", "bidder_may"]),
  ...of("leg", ["prefers", "countries", "ring_seconds", "digits", "sip_headers", "notices"]),
};

function of(tab: TabName, names: readonly string[]): Record<string, TabName> {
  return Object.fromEntries(names.map((name) => [name, tab]));
}

/** The tab that shows a field: so that what is wrong there is seen. */
export const tabOf = (path: string): TabName => TAB_OF[path.split(".")[0]!] ?? "basic";
