import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { useCallback, useMemo } from "react";
import { api, data } from "@/api/client";
import { useFresh } from "@/api/live";
import { useNames } from "@/api/names";
import { useMay } from "@/api/session";
import { Failed } from "@/app/failed";
import { PeekTable } from "@/app/peek-table";
import { Views } from "@/app/views";
import { cn } from "@/lib/cn";
import { short } from "@/lib/search";
import { whole } from "@/lib/time";
import { Button, buttonLook } from "@/ui/button";
import { FilterOne, Filters } from "@/ui/filters";
import { Empty, Loading, Page } from "@/ui/page";
import { ByBidder } from "./by-bidder";
import { columnsOf, type Auction } from "./rows";
import { asked, fileOf, OUTCOMES, RANGES, VIEWS, type AuctionSearch, type View } from "./search";

const PAGE = 100;
const NONE: readonly Auction[] = [];
const found = (search: AuctionSearch, at: { limit: number; cursor?: string }) => data(api.GET("/api/v1/auctions", { params: { query: { ...asked(search, new Date()), ...at } } }));
const choices = (words: Record<string, string>) => Object.entries(words).map(([value, label]) => ({ value, label }));

/** Every auction, also of calls that nobody got: who was asked, who won, and how long it took. */
export function AuctionList() {
  const search = useSearch({ from: "/auctions" });
  const navigate = useNavigate();
  const { view = "auctions", open, ...chosen } = search;
  const mayExport = useMay("export");
  const campaigns = useNames("campaigns");
  const bidders = useNames("rtb-targets");
  const routers = useNames("rtb-routers");
  const names = useMemo(() => new Map(campaigns.map((one) => [one.value, one.label])), [campaigns]);
  const change = (more: Partial<AuctionSearch>) => void navigate({ to: "/auctions", search: short({ ...search, ...more }), replace: true });
  const filtered = Object.keys(chosen).length > 0;
  const clear = () => void navigate({ to: "/auctions", search: short({ view: search.view }) });
  return (
    <Page
      title="Auctions"
      actions={
        view === "auctions" &&
        mayExport && (
          <a href={fileOf(chosen, new Date())} download className={buttonLook()}>
            <Download size={14} aria-hidden /> Export
          </a>
        )
      }
    >
      <nav aria-label="Auctions and bidders" className="flex gap-1 border-b border-line px-3">
        {(Object.keys(VIEWS) as View[]).map((one) => (
          <Link key={one} to="/auctions" search={short({ ...search, view: one === "auctions" ? undefined : one })} aria-current={one === view ? "page" : undefined} className={cn("-mb-px flex h-9 items-center border-b-2 px-2", one === view ? "border-accent" : "border-transparent text-muted hover:text-text")}>
            {VIEWS[one]}
          </Link>
        ))}
      </nav>
      <Filters onClear={filtered ? clear : undefined}>
        <FilterOne label="When" none={view === "auctions" ? "Any time" : undefined} choices={choices(RANGES)} value={search.range ?? (view === "bidders" ? "week" : undefined)} onChange={(range) => change({ range: range as AuctionSearch["range"] })} />
        {view === "auctions" && (
          <>
            <Views list="Auctions" search={chosen} onChoose={(kept) => void navigate({ to: "/auctions", search: kept })} />
            <FilterOne label="Bidder" none="Any bidder" choices={bidders} value={search.bidder_id} onChange={(bidder_id) => change({ bidder_id })} />
            <FilterOne label="Outcome" none="Any outcome" choices={choices(OUTCOMES)} value={search.outcome} onChange={(outcome) => change({ outcome: outcome as AuctionSearch["outcome"] })} />
            <FilterOne label="Campaign" none="Any campaign" choices={campaigns} value={search.campaign_id} onChange={(campaign_id) => change({ campaign_id })} />
            <FilterOne label="Router" none="Any router" choices={routers} value={search.rtb_router_id} onChange={(rtb_router_id) => change({ rtb_router_id })} />
          </>
        )}
      </Filters>
      {view === "auctions" ? <Auctions search={chosen} open={open} onPeek={(id) => change({ open: id })} names={names} onClear={filtered ? clear : undefined} /> : <ByBidder range={search.range ?? "week"} />}
    </Page>
  );
}

function Auctions({ search, open, onPeek, names, onClear }: { search: AuctionSearch; open: string | undefined; onPeek: (id: string | undefined) => void; names: ReadonlyMap<string, string>; onClear: (() => void) | undefined }) {
  const columns = useMemo(() => columnsOf(names), [names]);
  const query = useInfiniteQuery({
    queryKey: ["auctions", "list", search],
    queryFn: ({ pageParam }) => found(search, { limit: PAGE, ...(pageParam && { cursor: pageParam }) }),
    initialPageParam: "",
    getNextPageParam: (page) => page.cursor ?? undefined,
    placeholderData: (before) => before,
  });
  useFresh(["auctions", "list"], ["auction.", "leg.answered", "leg.ended"]);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.auctions) ?? NONE, [query.data]);
  const { hasNextPage, isFetching, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  if (query.error) return <Failed fault={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Loading rows={14} />;
  return (
    <PeekTable
      name="Auctions"
      columns={columns}
      rows={rows}
      rowKey={(auction) => auction.auction_id}
      open={open}
      onPeek={onPeek}
      titleOf={(auction) => `Auction, ${whole(auction.at)}`}
      page={(id) => `/auctions/${id}`}
      onMore={more}
      empty={onClear ? <Empty title="No auctions match" action={<Button onClick={onClear}>Clear filters</Button>} /> : <Empty title="No auctions yet">Every call for which outside bidders were asked is listed here, with each bid and why it lost. Let a campaign with RTB name a router.</Empty>}
    />
  );
}
