import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api, data, type Schemas } from "@/api/client";
import { isProblem } from "@/api/errors";
import { useFresh } from "@/api/live";
import { Failed } from "@/app/failed";
import { cn } from "@/lib/cn";
import { phone } from "@/lib/phone";
import { duration, whole } from "@/lib/time";
import { said } from "@/lib/words";
import { Body, Empty, Loading, Page } from "@/ui/page";
import { Amend } from "./amend";
import { callerOf, Outcome } from "./columns";
import { Decisions } from "./decisions";
import { Facts } from "./facts";
import { FlowPart, useFlow } from "./flow";
import { Attributed, MoneyPart, Recordings, Sound } from "./parts";
import { Waterfall } from "./waterfall";

const HERE = <Link to="/calls" search={{}} className="hover:text-text">Calls</Link>;

/** What is known of a call, and why it went where it went; both follow what happens. */
export function useCall(callId: string) {
  const path = { params: { path: { call_id: callId } } };
  const detail = useQuery({ queryKey: ["calls", callId], queryFn: () => data(api.GET("/api/v1/calls/{call_id}", path)) as Promise<Schemas["CallDetail"]> });
  const explained = useQuery({ queryKey: ["calls", callId, "explanation"], queryFn: () => data(api.GET("/api/v1/calls/{call_id}/explanation", path)), retry: false });
  useFresh(["calls", callId], ["call.", "leg.", "recording.", "auction."], { call_id: callId });
  return { detail, explained };
}

// People of one buyer or publisher are told less of a call, on pages of their own.
/** One call: why it went where it went first, then everything that is known of it. */
export function CallPage() {
  const { callId } = useParams({ from: "/calls/$callId" });
  const { detail, explained } = useCall(callId);
  const flow = useFlow(callId);
  if (detail.error)
    return (
      <Page title="Call" above={HERE}>
        {isProblem(detail.error) && [404, 422].includes(detail.error.status) ? (
          <Empty title="There is no such call">It may have been erased, or belongs to another account.</Empty>
        ) : (
          <Failed fault={detail.error} retry={() => void detail.refetch()} />
        )}
      </Page>
    );
  if (!detail.data)
    return (
      <Page title="Call" above={HERE}>
        <Loading />
      </Page>
    );
  const { call, timeline, complete, attribution } = detail.data;
  const steps = explained.data?.steps ?? [];
  return (
    <Page title={callerOf(call) || "Call"} above={HERE} count={<Outcome call={call} />}>
      <Body label="Call">
        <p className="border-b border-line px-4 py-4 text-lg">{sentenceOf(call, steps)}</p>
        <Numbers call={call} />
        <Part title="What happened">
          <Waterfall call={call} timeline={timeline} />
        </Part>
        {!flow.none && (flow.data || flow.error) && (
          <Part title="Way through its flow">
            <FlowPart flow={flow} />
          </Part>
        )}
        <Part title="Routing decision">
          {explained.error && !(isProblem(explained.error) && explained.error.status === 404) ? <Failed fault={explained.error} retry={() => void explained.refetch()} /> : <Decisions callId={callId} steps={steps} />}
        </Part>
        <div className="grid lg:grid-cols-2 lg:divide-x lg:divide-line">
          <Part title="Money">
            <MoneyPart call={call} />
            <Amend call={call} />
          </Part>
          <Part title="Where it came from">
            <Attributed call={call} attribution={attribution} />
          </Part>
        </div>
        {call.recordings.length > 0 && (
          <Part title="Recording">
            <Recordings call={call} />
          </Part>
        )}
        {call.quality && (
          <Part title="How it sounded">
            <Sound quality={call.quality} />
          </Part>
        )}
        <Part title="Raw events">
          <Facts timeline={timeline} complete={complete} />
        </Part>
      </Body>
    </Page>
  );
}

/** Why, in one sentence: that of the decision that ended the search. */
export function sentenceOf(call: Schemas["CallRecord"], steps: readonly Schemas["ExplainedStep"][]): string {
  const dialled = steps.filter((step) => step.outcome === "dial");
  const step = dialled.at(-1) ?? steps.at(-1);
  if (step) return step.sentence;
  return call.fell_back ? "The router did not answer in time: the number's fallback plan was used." : `No decision was taken${call.reason ? `: ${said(call.reason).toLowerCase()}` : ""}.`;
}

export function Numbers({ call, narrow = false }: { call: Schemas["CallRecord"]; narrow?: boolean }) {
  const shown: [string, string][] = [
    ["Started", call.arrived_at ? whole(call.arrived_at) : "Unknown"],
    ["Dialled", phone(call.dialled)],
    ["Campaign", call.campaign_name || "None"],
    ["Buyer", call.buyer_name || "None"],
    ["Rang", duration(call.ring_seconds) || "None"],
    ["Talked", duration(call.talk_seconds) || "None"],
    ["Hung up by", said(call.hung_up_by) || "Nobody yet"],
    ["Caller's state", call.geography.state || "Unknown"],
  ];
  return (
    <dl className={cn("grid grid-cols-2 gap-x-6 gap-y-3 border-b border-line px-4 py-4", !narrow && "md:grid-cols-4")}>
      {shown.map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="text-sm text-muted">{name}</dt>
          <dd className="break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section aria-label={title} className="min-w-0 border-b border-line px-4 py-4">
      <h2 className="mb-3 font-semibold">{title}</h2>
      {children}
    </section>
  );
}
