import { columnOrderingFeature, columnResizingFeature, columnSizingFeature, columnVisibilityFeature, tableFeatures, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { cn } from "@/lib/cn";
import { ColumnPicker } from "./columns";
import { useKept } from "./kept";

export interface Column<Row> {
  id: string;
  head: string;
  width: number;
  cell: (row: Row) => ReactNode;
  /** Digits, to the right. */
  num?: boolean;
  /** Numbers of telephones, ids. */
  mono?: boolean;
  /** The server sorts by it. */
  sorts?: boolean;
  /** Not shown until somebody asks for it. */
  hidden?: boolean;
}

export interface TableProps<Row> {
  /** What the list is called: for screen readers, and where its columns are kept. */
  name: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  onOpen?: (row: Row) => void;
  /** Called near the end of what is loaded. */
  onMore?: (() => void) | undefined;
  empty?: ReactNode;
  dim?: (row: Row) => boolean;
  /** The key of the row that is shown beside the list. */
  current?: string | undefined;
  /** By which column the rows come, and what asks for another. */
  sorted?: { by: string; ascending: boolean; onSort: (id: string) => void };
}

const ROW_PX = 32;
const PICKER_PX = 32; // beside the last head stands the choice of columns
const AHEAD = 12; // rows outside the window that exist all the same
const features = tableFeatures({ columnVisibilityFeature, columnSizingFeature, columnResizingFeature, columnOrderingFeature });

/** A list of any length: only the rows in view exist; columns, order and widths are kept. */
export function Table<Row>({ name, columns, rows, rowKey, onOpen, onMore, empty, dim, current, sorted }: TableProps<Row>) {
  const scroller = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const kept = useKept(name, columns);
  const definitions = useMemo(
    () => columns.map((column) => ({ id: column.id, header: column.head, size: column.width, minSize: 48 })),
    [columns],
  );
  const table = useTable({
    features,
    columns: definitions,
    data: rows as Row[] & object[],
    columnResizeMode: "onChange",
    state: { columnVisibility: kept.visibility, columnOrder: kept.order, columnSizing: kept.sizing },
    onColumnVisibilityChange: kept.setVisibility,
    onColumnOrderChange: kept.setOrder,
    onColumnSizingChange: kept.setSizing,
  });
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_PX, overscan: AHEAD });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (onMore && last >= rows.length - AHEAD) onMore();
  }, [last, rows.length, onMore]);
  const opened = current === undefined ? -1 : rows.findIndex((row) => rowKey(row) === current);
  useEffect(() => {
    if (opened < 0) return;
    setAt(opened);
    virtual.scrollToIndex(opened);
  }, [opened, virtual]);
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);
  const headers = table.getHeaderGroups()[0]?.headers ?? [];
  const order = headers.map((header) => header.column.id).join(" ");
  const shown = useMemo(() => order.split(" ").map((id) => byId.get(id)!), [order, byId]);
  /** The same function always, whatever the page gives: rows that stay as they are need not be drawn again. */
  const opening = useRef(onOpen);
  opening.current = onOpen;
  const open = useCallback((row: Row) => opening.current?.(row), []);

  const walk = (event: KeyboardEvent) => {
    // React tells of what happens in a row's menu too, which stands elsewhere in the page.
    if (!event.currentTarget.contains(event.target as Node) || event.target instanceof HTMLInputElement) return;
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (step) {
      const next = Math.max(0, Math.min(rows.length - 1, at + step));
      event.preventDefault();
      setAt(next);
      virtual.scrollToIndex(next);
      requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus());
    }
    const row = rows[at];
    if (event.key === "Enter" && row && event.target instanceof HTMLTableRowElement) onOpen?.(row);
  };

  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    // oxlint-disable-next-line jsx_a11y/no-noninteractive-tabindex -- scrolled by keys
    <div ref={scroller} role="region" aria-label={name} tabIndex={0} onKeyDown={walk} className="relative min-h-0 flex-1 overflow-auto focus-visible:outline-offset-[-2px]">
      <table aria-rowcount={rows.length + 1} className="w-full table-fixed border-separate border-spacing-0" style={{ minWidth: table.getTotalSize() + PICKER_PX }}>
        <colgroup>
          {headers.map((header, index) => (
            <col key={header.id} style={{ width: header.getSize() + (index === headers.length - 1 ? PICKER_PX : 0) }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {headers.map((header, index) => (
              <th
                key={header.id}
                scope="col"
                aria-sort={sorted?.by === header.id ? (sorted.ascending ? "ascending" : "descending") : undefined}
                className={cn("group sticky top-0 z-10 h-8 border-b border-line bg-panel px-2 text-sm font-medium text-muted first:pl-4 last:pr-10", shown[index]!.num ? "num" : "text-left")}
              >
                {sorted && shown[index]!.sorts ? (
                  <button type="button" title={shown[index]!.head} onClick={() => sorted.onSort(header.id)} className="block max-w-full truncate hover:text-text [.num>&]:ml-auto">
                    {shown[index]!.head}
                    {sorted.by === header.id && <span aria-hidden>{sorted.ascending ? " ↑" : " ↓"}</span>}
                  </button>
                ) : (
                  <span className="block truncate">{shown[index]!.head}</span>
                )}
                <span
                  aria-hidden
                  onPointerDown={header.getResizeHandler() as never}
                  onDoubleClick={() => header.column.resetSize()}
                  className="absolute top-0 right-0 h-full w-1.5 cursor-col-resize touch-none opacity-0 group-hover:opacity-100 before:absolute before:inset-y-1.5 before:right-0.5 before:w-px before:bg-line-strong"
                />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <tr aria-hidden style={{ height: above }} />}
          {items.map((item) => {
            const row = rows[item.index]!;
            return <Line key={rowKey(row)} row={row} index={item.index} entered={item.index === at} opened={item.index === opened} dimmed={dim?.(row) ?? false} columns={shown} onEnter={setAt} onOpen={onOpen && open} />;
          })}
          {below > 0 && <tr aria-hidden style={{ height: below }} />}
        </tbody>
      </table>
      {rows.length === 0 && empty}
      <ColumnPicker name={name} columns={columns} kept={kept} />
    </div>
  );
}

interface LineProps<Row> {
  row: Row;
  index: number;
  /** The row at which keys are. */
  entered: boolean;
  /** The row that is shown beside the list. */
  opened: boolean;
  dimmed: boolean;
  columns: readonly Column<Row>[];
  onEnter: (index: number) => void;
  onOpen: ((row: Row) => void) | undefined;
}

/** One row; while others come and go it stays as it is drawn, so that a list scrolls evenly. */
const Line = memo(DrawnLine) as typeof DrawnLine;

function DrawnLine<Row>({ row, index, entered, opened, dimmed, columns, onEnter, onOpen }: LineProps<Row>) {
  return (
    <tr
      data-row={index}
      aria-rowindex={index + 2}
      tabIndex={entered ? 0 : -1}
      aria-current={opened || undefined}
      onFocus={() => onEnter(index)}
      onClick={(event) => {
        const target = event.target as HTMLElement;
        if (event.currentTarget.contains(target) && !target.closest("a,button,input,select,label")) onOpen?.(row);
      }}
      className={cn("h-8 outline-offset-[-2px] hover:bg-raised aria-[current=true]:bg-raised", onOpen && "cursor-pointer", dimmed && "opacity-60")}
    >
      {columns.map((column) => (
        <td key={column.id} className={cn("truncate border-b border-line px-2 first:pl-4 last:pr-10", column.num && "num", column.mono && "font-mono text-sm")}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}
