import type { Schemas } from "@/api/client";
import { nameOf } from "@/app/where";
import { shown } from "@/lib/zones";
import type { Column } from "@/ui/table";
import { isPart } from "./drill";
import { change, measureName, told, type Value } from "@/lib/measures";
import type { Filled } from "./search";

type Row = Schemas["ReportRow"];

const HOURLY = ["hour", "quarter_hour"];

/** A column for each word it is grouped by, then one for each measure, with what it was before. */
export const columnsOf = (words: readonly string[], measures: readonly string[], currency: string, zone: string, wordName: (word: string) => string): readonly Column<Row>[] => [
  ...words.map((word, at): Column<Row> => ({
    id: word,
    head: wordName(word),
    width: 220,
    cell: (row) => (isPart(word) ? shown(row.keys[at] ?? "", zone, HOURLY.includes(word)) : nameOf(word, row.keys[at], row.names[at])),
  })),
  ...measures.map((measure): Column<Row> => ({
    id: measure,
    head: measureName(measure),
    width: 128,
    num: true,
    sorts: true,
    cell: (row) => (
      <>
        {row.before && <Change measure={measure} now={row.measures[measure]} before={row.before[measure]} />}
        {told(measure, row.measures[measure], currency)}
      </>
    ),
  })),
];

const Change = ({ measure, now, before }: { measure: string; now: Value; before: Value }) => <span className="mr-2 text-sm text-muted">{change(measure, now, before)}</span>;

/** "+50% on 10"; where nothing can be said of the change, what it was. */
const beside = (changed: string, before: string) => (changed ? `${changed} on ${before}` : `${before} before`);

/** What all rows come to, those that are not loaded too. */
export function Totals({ all, report }: { all: Filled; report: Schemas["Reported"] }) {
  return (
    <dl aria-label="In all" className="flex flex-wrap border-b border-line">
      {all.show.map((measure) => (
        <div key={measure} className="px-4 py-2">
          <dt className="text-sm text-muted">{measureName(measure)}</dt>
          <dd className="text-xl font-semibold tabular-nums">{told(measure, report.totals[measure], report.currency)}</dd>
          {report.totals_before && (
            <dd className="text-sm text-muted tabular-nums">
              {beside(change(measure, report.totals[measure], report.totals_before[measure]), told(measure, report.totals_before[measure], report.currency))}
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}
