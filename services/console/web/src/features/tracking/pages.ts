import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";

/** A list that grows as one reads on: `page` asks for a part, `rowsOf` finds the rows in it. */
export function usePages<P extends { cursor?: string | null }, R>(key: readonly unknown[], page: (cursor: string | undefined) => Promise<P>, rowsOf: (page: P) => readonly R[]) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => page(pageParam || undefined),
    initialPageParam: "",
    getNextPageParam: (last) => last.cursor ?? undefined,
    placeholderData: (before) => before,
  });
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- how rows are found does not change
  const rows = useMemo(() => query.data?.pages.flatMap((one) => rowsOf(one)) ?? [], [query.data]);
  const { hasNextPage, isFetching, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return { ...query, rows, more };
}
