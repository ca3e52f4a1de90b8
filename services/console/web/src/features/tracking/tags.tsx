import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { api, data, type Schemas } from "@/api/client";
import { useNames } from "@/api/names";
import { useFresh } from "@/api/live";
import { ago, whole } from "@/lib/time";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Filters, FilterText } from "@/ui/filters";
import { Empty } from "@/ui/page";
import type { Column } from "@/ui/table";
import type { ViewProps } from "./list";
import { usePages } from "./pages";
import { Rows } from "./rows";

type Tag = Schemas["TrackingTagRow"];
const PAGE = 100;

const columnsOf = (campaigns: ReadonlyMap<string, string>): readonly Column<Tag>[] => [
  { id: "name", head: "Name", width: 200, cell: ({ document }) => <Link to="/campaigns/$id" params={{ id: document.campaign_id }} className="hover:underline">{document.name}</Link> },
  { id: "status", head: "Status", width: 90, cell: ({ document }) => <State tone={document.status === "active" ? "ok" : "calm"}>{said(document.status)}</State> },
  { id: "campaign", head: "Campaign", width: 200, cell: ({ document }) => campaigns.get(document.campaign_id) },
  { id: "shows", head: "Shows", width: 180, cell: ({ document }) => (document.pool_id ? "A number for each visit" : "One number for all") },
  { id: "domains", head: "Where", width: 220, cell: ({ document }) => document.domains?.join(", ") || <span className="text-muted">Any site</span> },
  { id: "seen", head: "Last seen", width: 280, cell: ({ document }) => <LastSeen id={document.id} /> },
];

/** When a page last asked for the tag's number, and which. */
function LastSeen({ id }: { id: string }) {
  const asked = useQuery({ queryKey: ["visits", "of tag", id], queryFn: () => data(api.GET("/api/v1/visits", { params: { query: { tracking_tag_id: id, limit: 1 } } })) });
  const visit = asked.data?.visits[0];
  if (asked.error) return <span className="text-bad">Not known</span>;
  if (!asked.data) return <span className="text-muted">–</span>;
  if (!visit) return <span className="text-muted">Never</span>;
  return (
    <Link to="/visits/$id" params={{ id: visit.visit_id }} title={whole(visit.seen_at)} className="hover:underline">
      {ago(visit.seen_at)}
      {(visit.page || visit.landing) && ` on ${(visit.page || visit.landing || "").replace(/^https?:\/\//, "")}`}
    </Link>
  );
}

/** The websites' tags of all campaigns; they are made and changed in theirs. */
export function TagView({ search, onChange, onClear }: ViewProps) {
  const campaigns = useNames("campaigns");
  const columns = useMemo(() => columnsOf(new Map(campaigns.map((one) => [one.value, one.label]))), [campaigns]);
  const found = usePages(
    ["tracking-tags", "list", search.contains],
    (cursor) => data(api.GET("/api/v1/tracking-tags", { params: { query: { limit: PAGE, ...(search.contains && { contains: search.contains }), ...(cursor && { cursor }) } } })) as Promise<Schemas["TrackingTagPage"]>,
    (page) => page.items,
  );
  useFresh(["tracking-tags"], ["tracking_tag."]);
  useFresh(["visits", "of tag"], ["visit."]);
  return (
    <>
      <Filters onClear={onClear}>
        <FilterText label="Name" value={search.contains} onChange={(contains) => onChange({ contains })} />
      </Filters>
      <Rows name="Tags" found={found} columns={columns} rowKey={({ document }) => document.id} empty={<Empty title="No tags">A tag is a line of code for a website: its pages show a number, and calls know their visit. Make one in its campaign.</Empty>} />
    </>
  );
}
