import { useQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/api/client";
import { isProblem } from "@/api/errors";
import { Failed } from "@/app/failed";
import { said } from "@/lib/words";
import { Loading } from "@/ui/page";

/** The request and the answer of one bidder, side by side; secrets and phone numbers are masked. */
export function Said({ auctionId, bid }: { auctionId: string; bid: Schemas["BidShown"] }) {
  const asked = useQuery({
    queryKey: ["auctions", auctionId, "bids", bid.target_id],
    queryFn: () => data(api.GET("/api/v1/auctions/{auction_id}/bids/{target_id}", { params: { path: { auction_id: auctionId, target_id: bid.target_id } } })),
    retry: false,
  });
  if (isProblem(asked.error) && asked.error.status === 404) return <p className="text-muted">It is not written down yet, or forgotten by now.</p>;
  if (asked.error) return <Failed fault={asked.error} retry={() => void asked.refetch()} />;
  if (!asked.data) return <Loading rows={4} />;
  const { request, response, status } = asked.data;
  return (
    <div className="grid gap-3 lg:grid-cols-2">
      <Text label="Request" text={request} />
      <Text label={`Response${status == null ? "" : ` (HTTP ${status})`}`} text={response} />
      {(bid.notices ?? []).length > 0 && <p className="text-muted">Notices: {bid.notices!.map((one) => `${said(one.kind).toLowerCase()} ${one.told ? "told" : `not told yet${one.failure ? ` (${one.failure})` : ""}`}`).join(", ")}.</p>}
    </div>
  );
}

function Text({ label, text }: { label: string; text: string }) {
  return (
    <div className="min-w-0">
      <h3 className="mb-1 text-sm font-medium">{label}</h3>
      {/* oxlint-disable-next-line jsx_a11y/no-noninteractive-tabindex -- scrolled by keys */}
      <pre tabIndex={0} role="region" aria-label={label} className="max-h-96 overflow-auto rounded-md bg-raised p-2 font-mono text-sm break-all whitespace-pre-wrap">
        {text || "Nothing was kept."}
      </pre>
    </div>
  );
}
