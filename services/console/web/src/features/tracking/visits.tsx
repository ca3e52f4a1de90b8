import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { api, data, type Schemas } from "@/api/client";
import { isProblem } from "@/api/errors";
import { useNames } from "@/api/names";
import { Failed } from "@/app/failed";
import { money } from "@/lib/money";
import { phone } from "@/lib/phone";
import { moment, whole } from "@/lib/time";
import { said } from "@/lib/words";
import { Section } from "@/ui/field";
import { FilterOne, Filters, FilterText } from "@/ui/filters";
import { Body, Empty, Loading, Page } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import type { Column } from "@/ui/table";
import type { ViewProps } from "./list";
import { usePages } from "./pages";
import { Rows } from "./rows";
import { SHOWING } from "./search";

type Visit = Schemas["Visit"];
const PAGE = 100;
const SHOWN: Record<Schemas["Showing"], string> = { leased: "A number of its own", static: "The tag's number", shared: "A shared number", page: "The page's own number" };
const SOURCES = ["source", "utm_source", "gclid", "fbclid", "msclkid"];

const sourceOf = (visit: Visit): string => {
  const tags = (visit.tags ?? {}) as Record<string, string>;
  return SOURCES.map((name) => tags[name]).find(Boolean) ?? (visit.referrer ? visit.referrer.replace(/^https?:\/\/([^/]+).*/, "$1") : "direct");
};

const COLUMNS: readonly Column<Visit>[] = [
  { id: "began", head: "Began", width: 110, cell: (visit) => <Link to="/visits/$id" params={{ id: visit.visit_id }} title={whole(visit.began_at)} className="tabular-nums hover:underline">{moment(visit.began_at)}</Link> },
  { id: "source", head: "Came by", width: 140, cell: sourceOf },
  { id: "landing", head: "Landed on", width: 260, cell: (visit) => visit.landing },
  { id: "pages", head: "Pages", width: 64, num: true, cell: (visit) => visit.pages },
  { id: "showing", head: "Saw", width: 160, cell: (visit) => SHOWN[visit.showing] },
  { id: "number", head: "Number", width: 140, mono: true, cell: (visit) => phone(visit.number) },
  { id: "seen", head: "Last seen", width: 110, cell: (visit) => moment(visit.seen_at) },
  { id: "visitor", head: "Visitor", width: 120, mono: true, cell: (visit) => visit.visitor },
];

/** Visits to pages with a tag, the newest first. */
export function VisitView({ search, onChange, onClear }: ViewProps) {
  const campaigns = useNames("campaigns");
  const navigate = useNavigate();
  const { campaign_id, tracking_tag_id, visitor, showing } = search;
  const wanted = { campaign_id, tracking_tag_id, visitor, showing };
  const found = usePages(
    ["visits", "list", wanted],
    (cursor) => data(api.GET("/api/v1/visits", { params: { query: { ...wanted, limit: PAGE, ...(cursor && { cursor }) } } })),
    (page) => page.visits,
  );
  return (
    <>
      <Filters onClear={onClear}>
        <FilterText label="Visitor" value={visitor} onChange={(text) => onChange({ visitor: text })} />
        <FilterOne label="Campaign" none="Any campaign" choices={campaigns} value={campaign_id} onChange={(id) => onChange({ campaign_id: id })} />
        <FilterOne label="Saw" none="Anything" choices={SHOWING.map((value) => ({ value, label: SHOWN[value] }))} value={showing} onChange={(one) => onChange({ showing: one as Schemas["Showing"] })} />
      </Filters>
      <Rows name="Visits" found={found} columns={COLUMNS} rowKey={(visit) => visit.visit_id} onOpen={(visit) => void navigate({ to: "/visits/$id", params: { id: visit.visit_id } })} empty={<Empty title="No visits">Every visit to a page with a tag is listed here, with the calls that it brought.</Empty>} />
    </>
  );
}

/** One visit: what brought it, and what came of it. */
export function VisitPage() {
  const { id = "" } = useParams({ strict: false });
  const asked = useQuery({
    queryKey: ["visits", id],
    queryFn: async () => {
      const [detail, conversions] = await Promise.all([
        data(api.GET("/api/v1/visits/{visit_id}", { params: { path: { visit_id: id } } })),
        data(api.GET("/api/v1/visit-conversions", { params: { query: { visit_id: id, limit: PAGE } } })),
      ]);
      return { ...detail, conversions: conversions.conversions };
    },
  });
  const gone = isProblem(asked.error) && [404, 422].includes(asked.error.status);
  return (
    <Page title="Visit" above={<Link to="/tracking" search={{ view: "visits" }} className="hover:text-text">Visits</Link>} count={asked.data && moment(asked.data.visit.began_at)}>
      {gone && <Empty title="There is no such visit">Visits are kept for a while only.</Empty>}
      {asked.error && !gone && <Failed fault={asked.error} retry={() => void asked.refetch()} />}
      {asked.isPending && <Loading />}
      {asked.data && <Detail {...asked.data} />}
    </Page>
  );
}

function Detail({ visit, first, history, calls, conversions }: Schemas["VisitDetail"] & { conversions: Schemas["VisitConversion"][] }) {
  const facts: [string, string | null | undefined][] = [
    ["Began", whole(visit.began_at)],
    ["Last seen", whole(visit.seen_at)],
    ["Landed on", visit.landing],
    ["Last page", visit.page],
    ["Pages", String(visit.pages)],
    ["Came from", visit.referrer || "No site before"],
    ["Saw", `${SHOWN[visit.showing]} ${phone(visit.number)}`],
    ["Browser", visit.user_agent],
    ["Visitor", visit.visitor],
    ["First seen", `${whole(first.at)}${first.landing ? `, on ${first.landing}` : ""}`],
  ];
  return (
    <Body label="The visit">
      <Section title="Visit">
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
          {facts.map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-muted">{name}</dt>
              <dd className="min-w-0 wrap-anywhere">{value || "–"}</dd>
            </div>
          ))}
        </dl>
      </Section>
      <Section title="Calls" about="Which calls it brought, and how sure that is.">
        {calls.length === 0 ? (
          <p className="text-muted">None.</p>
        ) : (
          <ul className="grid gap-1">
            {calls.map((one) => (
              <li key={one.call_id}>
                <Link to="/calls/$callId" params={{ callId: one.call_id }} className="text-accent underline">
                  Call {one.call_id.slice(0, 8)}
                </Link>
                : {said(one.confidence)}, {said(one.ground).toLowerCase()}
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title="Conversions" about="What it came to without a call.">
        {conversions.length === 0 ? (
          <p className="text-muted">None.</p>
        ) : (
          <ul className="grid gap-1">
            {conversions.map((one) => (
              <li key={one.conversion_id}>
                {said(one.kind)} {one.amount && money(String(one.amount.amount), one.amount.currency)}, {moment(one.at)} {one.external_id}
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title="Tags">
        {Object.keys(visit.tags ?? {}).length === 0 ? (
          <p className="text-muted">None.</p>
        ) : (
          <SimpleTable
            label="Tags of the visit"
            rows={Object.entries(visit.tags ?? {})}
            columns={[
              ["Tag", ([name]) => name, "mono"],
              ["Value", ([, value]) => <span className="break-all">{String(value)}</span>, "mono"],
            ]}
          />
        )}
      </Section>
      <Section title="Visits before" about="What had brought this visitor earlier, the oldest first.">
        {history.length === 0 ? (
          <p className="text-muted">None is known.</p>
        ) : (
          <SimpleTable
            label="Visits before"
            rows={history}
            columns={[
              ["When", (touch) => moment(touch.at)],
              ["Landed on", (touch) => <span className="break-all">{touch.landing}</span>],
              ["Came from", (touch) => <span className="break-all">{touch.referrer || "–"}</span>],
            ]}
          />
        )}
      </Section>
    </Body>
  );
}
