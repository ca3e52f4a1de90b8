import { api, data, type Schemas } from "@/api/client";
import { shapeOf, spanOfSearch, type Filled } from "./search";

export const ask = (about: Filled["about"], body: Schemas["Report"], query: { limit: number; offset?: number }) =>
  data(about === "visits" ? api.POST("/api/v1/visit-reports", { body, params: { query } }) : api.POST("/api/v1/reports", { body, params: { query } }));

/** The whole question: what the URL says, of a time that is counted from now. */
export function bodyOf(all: Filled, now: number): Schemas["Report"] {
  const span = spanOfSearch(all, now);
  return { ...shapeOf(all), since: new Date(span.since).toISOString(), until: new Date(span.until).toISOString() } as Schemas["Report"];
}
