import { useNavigate } from "@tanstack/react-router";
import { ChevronDown, ChevronUp, Maximize2 } from "lucide-react";
import type { KeyboardEvent, ReactNode } from "react";
import { IconButton } from "@/ui/button";
import { Peek } from "@/ui/dialog";
import { Empty } from "@/ui/page";
import { Table, type Column, type TableProps } from "@/ui/table";
import { keysOn } from "./keys";

interface Props<Row> extends Omit<TableProps<Row>, "onOpen" | "current"> {
  /** The key of the row that is shown beside the list: from the URL. */
  open: string | undefined;
  onPeek: (key: string | undefined) => void;
  titleOf: (row: Row) => string;
  /** The address of its page, where it has one. */
  page?: (key: string) => string;
  /** What is shown of it; without, what its columns say. */
  children?: (row: Row) => ReactNode;
}

/** A list whose rows open beside it: J and K go on, O opens the whole page, Escape closes. */
export function PeekTable<Row>({ open, onPeek, titleOf, page, children, ...table }: Props<Row>) {
  const { rows, rowKey, columns } = table;
  const navigate = useNavigate();
  const at = open === undefined ? -1 : rows.findIndex((row) => rowKey(row) === open);
  const row = rows[at];
  const step = (by: 1 | -1) => {
    const next = rows[at + by];
    if (next) onPeek(rowKey(next));
    else if (by === 1) table.onMore?.();
  };
  const whole = () => open && page && void navigate({ to: page(open) });
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keysOn() || (event.target as HTMLElement).closest("input,textarea,select")) return;
    const does = { j: () => step(1), k: () => step(-1), o: whole }[event.key.toLowerCase()];
    if (!does) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  };
  return (
    <>
      <Table {...table} onOpen={(one) => onPeek(rowKey(one))} current={open} />
      <Peek
        open={open !== undefined}
        onClose={() => onPeek(undefined)}
        record={open}
        onKeyDown={press}
        title={row ? titleOf(row) : "Not in the list"}
        actions={
          <>
            <IconButton label="The one before (K)" disabled={at <= 0} onClick={() => step(-1)}>
              <ChevronUp size={16} aria-hidden />
            </IconButton>
            <IconButton label="The next (J)" disabled={at < 0 || at >= rows.length - 1} onClick={() => step(1)}>
              <ChevronDown size={16} aria-hidden />
            </IconButton>
            {page && (
              <IconButton label="Open its page (O)" onClick={whole}>
                <Maximize2 size={14} aria-hidden />
              </IconButton>
            )}
          </>
        }
      >
        {row ? (children ? children(row) : <RowFacts row={row} columns={columns} />) : <Empty title="It is not among these rows">The filters leave it out, or it is further down than was loaded.{page && " Its own page shows it."}</Empty>}
      </Peek>
    </>
  );
}

/** Everything that a row's columns say, also those that the list does not show. */
export function RowFacts<Row>({ row, columns }: { row: Row; columns: readonly Column<Row>[] }) {
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-3">
      {columns.map((column) => {
        const cell = column.cell(row);
        return (
          <div key={column.id} className="min-w-0">
            <dt className="text-sm text-muted">{column.head}</dt>
            <dd className="break-words">{cell == null || cell === "" ? <span className="text-muted">–</span> : cell}</dd>
          </div>
        );
      })}
    </dl>
  );
}
