import { writeWhere } from "@/lib/where";
import { spanOfSearch, wordsOf, type Filled } from "./search";
import { endOf } from "./spans";

const PARTS = ["quarter_hour", "hour", "day", "week", "month"];

/** What the list of calls is asked for to show those that a row counts. */
export function drilled(all: Filled, row: { keys: readonly string[] }, now: number) {
  const span = spanOfSearch(all, now);
  let where = [...all.where];
  wordsOf(all).forEach((word, at) => {
    const key = row.keys[at] ?? "";
    if (!isPart(word)) where = [...where.filter((one) => one.dimension !== word || one.exclude), { dimension: word, values: [key], exclude: false }];
    else {
      const begins = new Date(key).getTime();
      span.until = Math.min(span.until, endOf(begins, word, all.zone));
      span.since = Math.max(span.since, begins);
    }
  });
  return { where: writeWhere(where), since: new Date(span.since).toISOString(), until: new Date(span.until).toISOString() };
}

export const isPart = (word: string): boolean => PARTS.includes(word);
