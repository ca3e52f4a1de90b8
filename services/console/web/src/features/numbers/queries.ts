import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { api, data, type Schemas } from "@/api/client";
import { useFresh } from "@/api/live";
import type { NumberRow } from "@/api/place";
import type { NumberSearch } from "./search";

const PAGE = 100;
type Chosen = Pick<NumberSearch, "contains" | "status">;

export const found = (chosen: Chosen, at: { limit: number; cursor?: string }) => data(api.GET("/api/v1/numbers", { params: { query: { order: "name", ...chosen, ...at } } }));

const NONE: readonly NumberRow[] = [];

/** Numbers of the account with whom they serve, page by page. */
export function useNumbers(chosen: Chosen) {
  const query = useInfiniteQuery({
    queryKey: ["numbers", "list", chosen],
    queryFn: ({ pageParam }) => found(chosen, { limit: PAGE, ...(pageParam && { cursor: pageParam }) }),
    initialPageParam: "",
    getNextPageParam: (page) => page.cursor ?? undefined,
    placeholderData: (before) => before,
  });
  useFresh(["numbers"], ["number.", "purchase."]);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? NONE, [query.data]);
  const { hasNextPage, isFetching, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return { ...query, rows, more };
}

export const LATEST_MAX = 200; // calls that are looked through: numbers have none of their own at the API

/** The latest calls of the account by the number that was dialled; `whole`: there are no others. */
export function useLatestCalls() {
  useFresh(["calls", "of numbers"], ["call.arrived"]);
  return useQuery({
    queryKey: ["calls", "of numbers"],
    queryFn: async () => {
      const { calls, cursor } = (await data(api.GET("/api/v1/calls", { params: { query: { limit: LATEST_MAX } } }))) as Schemas["Calls"];
      const of = new Map<string, Schemas["CallRecord"][]>();
      for (const call of calls) if (call.dialled) of.set(call.dialled, [...(of.get(call.dialled) ?? []), call]);
      return { of, whole: cursor == null };
    },
  });
}
