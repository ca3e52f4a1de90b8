import { useMemo, useSyncExternalStore } from "react";
import type { Column } from "./table";

/** A list's columns as somebody has them; what is not named is as usual. */
export interface Columns {
  visible: Record<string, boolean>;
  order: string[];
  widths: Record<string, number>;
}
type Change<T> = T | ((before: T) => T);

// What is kept is held here for all tables of the page; the keeper writes it down where it lasts.
let kept: Readonly<Record<string, Columns | undefined>> = {};
let keeper: (list: string, columns: Columns | null) => void = () => undefined;
const listeners = new Set<() => void>();

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

function put(next: typeof kept): void {
  kept = next;
  listeners.forEach((listener) => listener());
}

/** All columns that are kept, and what keeps a change of them: once it is known who is here. */
export function keepBy(all: Record<string, Columns | undefined>, keep: typeof keeper): void {
  keeper = keep;
  put(all);
}

/** Have a list's columns so; null: as they are for everybody. */
export function setColumns(list: string, columns: Columns | null): void {
  put({ ...kept, [list]: columns ?? undefined });
  keeper(list, columns);
}

export const columnsOf = (list: string): Columns | null => kept[list] ?? null;

/** The usual columns with what is kept of them: what exists no more is left out, what is new comes last. */
export function withKept(columns: readonly Pick<Column<never>, "id" | "hidden">[], own: Columns | undefined): Columns {
  const ids = columns.map((column) => column.id);
  const order = (own?.order ?? []).filter((id) => ids.includes(id));
  const usual = Object.fromEntries(columns.filter((column) => column.hidden).map((column) => [column.id, false]));
  return { visible: { ...usual, ...own?.visible }, order: [...order, ...ids.filter((id) => !order.includes(id))], widths: own?.widths ?? {} };
}

/** A list's columns as this person has them: which, in which order, how wide. */
export function useKept<Row>(name: string, columns: readonly Column<Row>[]) {
  const own = useSyncExternalStore(subscribe, () => kept[name]);
  const now = useMemo(() => withKept(columns as readonly Column<never>[], own), [columns, own]);
  const setter =
    <K extends keyof Columns>(field: K) =>
    (change: Change<Columns[K]>) => {
      const before = withKept(columns as readonly Column<never>[], kept[name]); // not as of the last drawing: changes follow each other
      setColumns(name, { ...before, [field]: typeof change === "function" ? (change as (before: Columns[K]) => Columns[K])(before[field]) : change });
    };
  return {
    visibility: now.visible,
    order: now.order,
    sizing: now.widths,
    setVisibility: setter("visible"),
    setOrder: setter("order"),
    setSizing: setter("widths"),
    reset: () => setColumns(name, null),
  };
}
