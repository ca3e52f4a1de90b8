import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, data, queries, type Schemas } from "@/api/client";
import { sentence } from "@/api/errors";
import { keepBy, type Columns } from "@/ui/kept";
import { toast } from "@/ui/toast";

export type View = Schemas["KeptView"];
const KEY = ["lists"];
const SETTLE_MS = 400; // a column that is drawn wider is kept once, not at every pixel

const pending = new Map<string, ReturnType<typeof setTimeout>>();

const whole = (columns: Columns): Columns => ({ ...columns, widths: Object.fromEntries(Object.entries(columns.widths).map(([id, width]) => [id, Math.round(width)])) });

/** Keep a list's columns with the person, wherever she signs in next. */
function write(list: string, columns: Columns | null): void {
  const params = { path: { list_name: list } };
  const send = async () => {
    pending.delete(list);
    await (columns ? api.PUT("/api/v1/session/lists/{list_name}/columns", { params, body: whole(columns) }) : api.DELETE("/api/v1/session/lists/{list_name}/columns", { params }));
  };
  clearTimeout(pending.get(list));
  pending.set(list, setTimeout(() => void send().catch((fault: unknown) => toast("The columns are not kept", { detail: sentence(fault), bad: true })), SETTLE_MS));
}

const useLists = (may: boolean) => useQuery({ queryKey: KEY, queryFn: () => data(api.GET("/api/v1/session/lists", {})), enabled: may });

/** Tables show columns as this person has them, once somebody is here. */
export function useListsKept(may: boolean): void {
  const lists = useLists(may).data;
  useEffect(() => {
    if (lists && pending.size === 0) keepBy(Object.fromEntries(Object.entries(lists).map(([list, kept]) => [list, (kept.columns as Columns | null) ?? undefined])), write);
  }, [lists]);
}

const NONE: readonly View[] = [];

/** The views that she keeps of a list. */
export const useViews = (list: string): readonly View[] => useLists(true).data?.[list]?.views ?? NONE;

export async function keepView(list: string, view: View): Promise<void> {
  await api.PUT("/api/v1/session/lists/{list_name}/views", { params: { path: { list_name: list } }, body: view });
  await queries.invalidateQueries({ queryKey: KEY });
}

export async function forgetView(list: string, name: string): Promise<void> {
  await api.DELETE("/api/v1/session/lists/{list_name}/views", { params: { path: { list_name: list }, query: { name } } });
  await queries.invalidateQueries({ queryKey: KEY });
}
