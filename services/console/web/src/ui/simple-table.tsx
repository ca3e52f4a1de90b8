import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

type Head<Row> = [head: string, cell: (row: Row) => ReactNode, align?: "num" | "mono"];

/** A short table inside a page: all its rows exist, cells may have several lines. */
export function SimpleTable<Row>({ label, rows, columns }: { label: string; rows: readonly Row[]; columns: readonly Head<Row>[] }) {
  return (
    // oxlint-disable-next-line jsx_a11y/no-noninteractive-tabindex -- scrolled by keys on small screens
    <div role="region" aria-label={label} tabIndex={0} className="overflow-x-auto rounded-lg border border-line">
      <table className="w-full border-collapse">
        <thead>
          <tr>
            {columns.map(([head, , align]) => (
              <th key={head} scope="col" className={cn("h-8 px-3 text-sm font-medium text-muted", align === "num" ? "num" : "text-left")}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at} className="border-t border-line align-baseline">
              {columns.map(([head, cell, align]) => (
                <td key={head} className={cn("px-3 py-1.5", align ? { num: "num", mono: "font-mono text-sm whitespace-nowrap [&_.break-all]:whitespace-normal" }[align] : "min-w-24")}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
