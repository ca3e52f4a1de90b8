import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { api, basedOn, data, queries, type Schemas } from "./client";
import { useFresh } from "./live";

/** What is kept with a version, and its document, by the name of its path. */
export interface Documents {
  campaigns: Schemas["CampaignRow"]["document"];
  buyers: Schemas["BuyerRow"]["document"];
  targets: Schemas["TargetRow"]["document"];
  groups: Schemas["GroupRow"]["document"];
  pools: Schemas["PoolRow"]["document"];
  "rtb-targets": Schemas["RtbTargetRow"]["document"];
  "rtb-routers": Schemas["RtbRouterRow"]["document"];
  pixels: Schemas["PixelRow"]["document"];
  publishers: Schemas["PublisherRow"]["document"];
  "url-parameters": Schemas["UrlParameterRow"]["document"];
}
export type Noun = keyof Documents;
/** What can be paused. */
export type Pausable = Exclude<Noun, "pools">;
export interface Row<N extends Noun> {
  version: number;
  document: Documents[N];
}

export interface Wanted {
  contains?: string;
  status?: string;
  order?: Schemas["Order"];
}

// The paths of all nouns have one shape; the types of one of them stand for all.
const many = (noun: Noun) => `/api/v1/${noun}` as "/api/v1/buyers";
const one = (noun: Noun) => `/api/v1/${noun}/{id}` as "/api/v1/buyers/{id}";
const EVENTS: Record<Noun, string> = { campaigns: "campaign.", buyers: "buyer.", targets: "target.", groups: "group.", pools: "pool.", "rtb-targets": "rtb_target.", "rtb-routers": "rtb_router.", pixels: "pixel.", publishers: "publisher.", "url-parameters": "url_parameter." };
const PAGE = 100;

/** One page of a list. */
export const listed = async <N extends Noun>(noun: N, query: Wanted & { limit: number; cursor?: string }): Promise<{ items: Row<N>[]; cursor?: string | null }> =>
  (await data(api.GET(many(noun), { params: { query: { order: "name", ...query } } }))) as unknown as { items: Row<N>[]; cursor?: string | null };

/** A list of any length, page by page. */
export function useRows<N extends Noun>(noun: N, wanted: Wanted = {}) {
  const query = useInfiniteQuery({
    queryKey: [noun, "list", wanted],
    queryFn: ({ pageParam }) => listed(noun, { ...wanted, limit: PAGE, ...(pageParam && { cursor: pageParam }) }),
    initialPageParam: "",
    getNextPageParam: (page) => page.cursor ?? undefined,
    placeholderData: (before) => before,
  });
  useFresh([noun, "list"], [EVENTS[noun]]);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const { hasNextPage, isFetching, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return { ...query, rows, more };
}

export const load = async <N extends Noun>(noun: N, id: string): Promise<Row<N>> => (await data(api.GET(one(noun), { params: { path: { id } } }))) as unknown as Row<N>;

/** One of them, as it is now. */
export function useRow<N extends Noun>(noun: N, id: string | undefined) {
  useFresh([noun, id], [EVENTS[noun]]);
  return useQuery({ queryKey: [noun, id], queryFn: () => load(noun, id!), enabled: id !== undefined });
}

/** Make one (`version` null), once under this key; or put another in the place of a version. */
export async function save<N extends Noun>(noun: N, document: Documents[N], version: number | null, key: string): Promise<Row<N>> {
  const body = document as never;
  const row =
    version === null
      ? await data(api.POST(many(noun), { body, headers: { "Idempotency-Key": key } }))
      : await data(api.PUT(one(noun), { params: { path: { id: document.id }, header: basedOn(version) as never }, body }));
  void queries.invalidateQueries({ queryKey: [noun] });
  return row as unknown as Row<N>;
}

/** Take it out of use; what RTB routers and campaigns ask goes out of these first. */
export async function retire(noun: Noun, id: string, version: number): Promise<void> {
  const query = noun.startsWith("rtb-") ? { force: true } : {}; // who retires it has seen what uses it
  await api.DELETE(one(noun), { params: { path: { id }, query: query as never, header: basedOn(version) as never } });
  queries.removeQueries({ queryKey: [noun, id] });
  for (const changed of noun === "rtb-targets" ? [noun, "rtb-routers"] : [noun]) void queries.invalidateQueries({ queryKey: [changed] });
}

const USELESS: readonly Noun[] = ["pixels", "publishers", "url-parameters"]; // nothing routes by them

/** What uses it, and which campaigns would pause without it. */
export async function affected(noun: Noun, id: string): Promise<Schemas["Affected"]> {
  if (USELESS.includes(noun)) return { outcome: "affected", uses: [], pauses: [] };
  const path = { params: { path: { id } } };
  if (noun !== "rtb-targets") return data(api.GET(`${one(noun)}/affected` as "/api/v1/buyers/{id}/affected", path));
  const { routers } = await data(api.GET("/api/v1/rtb-targets/{id}/uses", path));
  return { outcome: "affected", uses: routers.map((router) => ({ noun: "RTB router", key: router.rtb_router_id, name: router.name })) as never, pauses: [] };
}
