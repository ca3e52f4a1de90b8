import { useState } from "react";
import type { Column } from "./table";

interface Kept {
  visibility: Record<string, boolean>;
  order: string[];
  sizing: Record<string, number>;
}
type Change<T> = T | ((before: T) => T);

let owner = "";

/** Whose columns are kept in this browser: set once somebody is signed in. */
export const keepFor = (email: string): void => {
  owner = email;
};

const placeOf = (name: string) => `columns/${owner}/${name}`;

function found(name: string, columns: readonly Column<never>[]): Kept {
  const usual: Kept = {
    visibility: Object.fromEntries(columns.filter((column) => column.hidden).map((column) => [column.id, false])),
    order: columns.map((column) => column.id),
    sizing: {},
  };
  try {
    const kept = JSON.parse(localStorage.getItem(placeOf(name)) ?? "{}") as Partial<Kept>;
    const order = (kept.order ?? []).filter((id) => usual.order.includes(id));
    return {
      visibility: { ...usual.visibility, ...kept.visibility },
      order: [...order, ...usual.order.filter((id) => !order.includes(id))],
      sizing: kept.sizing ?? {},
    };
  } catch {
    return usual;
  }
}

/** A list's columns as this person has them: which, in which order, how wide. */
export function useKept<Row>(name: string, columns: readonly Column<Row>[]) {
  const [kept, setKept] = useState(() => found(name, columns as readonly Column<never>[]));
  const setter =
    <K extends keyof Kept>(field: K) =>
    (change: Change<Kept[K]>) =>
      setKept((before) => {
        const value = typeof change === "function" ? (change as (before: Kept[K]) => Kept[K])(before[field]) : change;
        const next = { ...before, [field]: value };
        localStorage.setItem(placeOf(name), JSON.stringify(next));
        return next;
      });
  const reset = () => {
    localStorage.removeItem(placeOf(name));
    setKept(found(name, columns as readonly Column<never>[]));
  };
  return { ...kept, setVisibility: setter("visibility"), setOrder: setter("order"), setSizing: setter("sizing"), reset };
}
