/** What a template may hold; `macros.test.ts` holds it against the manual. */
export const MACROS: readonly (readonly [name: string, about: string])[] = [
  ["requestId", "the id of this asking"],
  ["campaignId", "the campaign's RTB id"],
  ["callerId", "the caller's number or token, as exposed"],
  ["callerState", "state, by code"],
  ["callerZip", "postal code"],
  ["callerCity", "city"],
  ["callerCountry", "country, by code"],
  ["callStartTime", "when the call came, ISO 8601"],
  ["timestamp", "the same in ms"],
  ["timeoutMs", "how long it is waited for"],
  ["minBid", "the least bid that counts"],
  ["maxBid", "the most"],
  ["currency", "of bids"],
  ["inboundNumber", "the number that was called"],
  ["publisherId", "the call's publisher"],
  ["publisherSubId", "its own source"],
  ["ipAddress", "of the visit"],
  ["userAgent", "of the visit's browser"],
  ["sessionId", "of the visit"],
  ["referrer", "of the visit"],
  ["test", "1 for a test, else 0"],
  ["tag:InboundNumber:AreaCode", "the caller's area code"],
  ["tag:Geo:SubDivisionCode", "state, by code"],
  ["tag:Geo:ZipCode", "postal code"],
  ["tag:Publisher:Name", "any tag whose group is shared: [tag:Group:Name]"],
];

export interface Begun {
  /** Where in the text the macro begins, and how it is written. */
  from: number;
  opening: "{" | "[";
  offered: typeof MACROS;
}

const OFFERED_MAX = 8;

/** The macro that is being typed before the caret, and what it may become; null: none is. */
export function begunAt(text: string, caret: number): Begun | null {
  const found = /([{[])([A-Za-z:]*)$/.exec(text.slice(0, caret));
  if (!found) return null;
  const typed = found[2]!.toLowerCase();
  const opening = found[1] as Begun["opening"];
  const offered = MACROS.filter(([name]) => name.toLowerCase().includes(typed) && (opening === "[" || !name.includes(":"))).slice(0, OFFERED_MAX);
  return offered.length > 0 ? { from: found.index, opening, offered } : null;
}

/** The text with a macro in the place of what was begun, and where the caret goes then. */
export function withMacro(text: string, caret: number, begun: Begun, name: string): { text: string; caret: number } {
  const closing = begun.opening === "{" ? "}" : "]";
  const put = begun.opening + name + closing;
  const rest = text.slice(caret);
  return { text: text.slice(0, begun.from) + put + (rest.startsWith(closing) ? rest.slice(1) : rest), caret: begun.from + put.length };
}
