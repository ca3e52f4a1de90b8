import { Link } from "@tanstack/react-router";
import type { Schemas } from "@/api/client";
import { money } from "@/lib/money";
import { phone } from "@/lib/phone";
import { duration, moment, whole } from "@/lib/time";
import { said } from "@/lib/words";
import { State, type Tone } from "@/ui/badge";
import type { Column } from "@/ui/table";

export type Call = Schemas["CallRecord"];

const TONES: Record<Schemas["CallResult"], Tone> = {
  ringing: "live",
  connected: "live",
  finished: "ok",
  no_buyer: "warn",
  not_open: "warn",
  rejected: "calm",
  caller_hung_up: "calm",
  failed: "bad",
};

export const callerOf = (call: Call): string => (call.caller?.text ? phone(call.caller.text) : call.caller ? said(call.caller.kind) : "");

export const Outcome = ({ call }: { call: Call }) => (call.status ? <State tone={TONES[call.status]}>{said(call.status)}</State> : <State tone="live">{said(call.state)}</State>);

/** An amount of the call in its first currency; most calls have one. */
const worth = (field: "revenue" | "payout" | "cost" | "profit") => (call: Call) => call.worth[0] && money(call.worth[0][field], call.worth[0].currency);

export const COLUMNS: readonly Column<Call>[] = [
  {
    id: "arrived",
    head: "Started",
    width: 118,
    cell: (call) => (
      <Link to="/calls/$callId" params={{ callId: call.call_id }} title={call.arrived_at ? whole(call.arrived_at) : ""} className="tabular-nums hover:underline">
        {moment(call.arrived_at) || "Unknown"}
      </Link>
    ),
  },
  { id: "caller", head: "Caller", width: 128, mono: true, cell: callerOf },
  { id: "dialled", head: "Dialled", width: 128, mono: true, cell: (call) => phone(call.dialled) },
  { id: "campaign", head: "Campaign", width: 132, cell: (call) => call.campaign_name },
  { id: "buyer", head: "Buyer", width: 114, cell: (call) => call.buyer_name || <span className="text-faint">None</span> },
  { id: "target", head: "Target", width: 150, hidden: true, cell: (call) => call.target_name },
  { id: "outcome", head: "Outcome", width: 122, cell: (call) => <Outcome call={call} /> },
  { id: "why", head: "Why", width: 112, cell: (call) => <span className="text-muted">{said(call.sub_status)}</span> },
  { id: "hung_up_by", head: "Hung up by", width: 100, hidden: true, cell: (call) => said(call.hung_up_by) },
  { id: "rang", head: "Rang", width: 72, num: true, hidden: true, cell: (call) => duration(call.ring_seconds) },
  { id: "talked", head: "Talked", width: 70, num: true, cell: (call) => duration(call.talk_seconds) },
  { id: "length", head: "Length", width: 76, num: true, hidden: true, cell: (call) => duration(call.seconds) },
  { id: "source", head: "Source", width: 120, hidden: true, cell: (call) => call.origin.source },
  { id: "state", head: "State of caller", width: 110, hidden: true, cell: (call) => call.geography.state },
  { id: "duplicate", head: "Duplicate", width: 90, hidden: true, cell: (call) => (call.duplicate == null ? "" : call.duplicate ? "Yes" : "No") },
  { id: "converted", head: "Converted", width: 106, cell: (call) => (call.converted ? <State tone="ok">Yes</State> : <span className="text-muted">{said(call.no_conversion)}</span>) },
  { id: "payout", head: "Payout", width: 88, num: true, hidden: true, cell: worth("payout") },
  { id: "cost", head: "Cost", width: 88, num: true, hidden: true, cell: worth("cost") },
  { id: "revenue", head: "Revenue", width: 78, num: true, cell: worth("revenue") },
  { id: "profit", head: "Profit", width: 78, num: true, cell: worth("profit") },
];
