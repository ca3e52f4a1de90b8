import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { MoreHorizontal } from "lucide-react";
import { useMemo, useState } from "react";
import { api, data, type Schemas } from "@/api/client";
import { useFresh } from "@/api/live";
import { useMay } from "@/api/session";
import { Failed } from "@/app/failed";
import { phone } from "@/lib/phone";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import { IconButton } from "@/ui/button";
import { Elapsed } from "@/ui/elapsed";
import { Menu, MenuItem, MenuLine } from "@/ui/menu";
import { Empty, Loading, Page } from "@/ui/page";
import { Table, type Column } from "@/ui/table";
import { Transfer, useControl } from "./control";

type Call = Schemas["CallRecord"];
const NONE: readonly Call[] = [];
const KEY = ["calls", "live"];

/** Everybody on the line now, and what may be done to a call. */
export function LiveCalls() {
  const live = useQuery({ queryKey: KEY, queryFn: () => data(api.GET("/api/v1/calls/live", { params: { query: { limit: 200 } } })) });
  const now = useQuery({ queryKey: [...KEY, "now"], queryFn: () => data(api.GET("/api/v1/now", {})) });
  const mayEdit = useMay("edit");
  const navigate = useNavigate();
  const [moved, setMoved] = useState<Call | null>(null);
  useFresh(KEY, ["call.", "leg."]);
  const columns = useMemo(() => [...COLUMNS, ...(mayEdit ? [actions(setMoved)] : [])], [mayEdit]);
  const calls = live.data?.calls ?? NONE;
  return (
    <Page title="Live calls" count={now.data && `${now.data.connected} talking, ${now.data.ringing} ringing`}>
      {live.error && <Failed fault={live.error} retry={() => void live.refetch()} />}
      {live.isPending && !live.error && <Loading />}
      {live.data && (
        <Table
          name="Live calls"
          columns={columns}
          rows={calls}
          rowKey={(call) => call.call_id}
          onOpen={(call) => void navigate({ to: "/calls/$callId", params: { callId: call.call_id } })}
          empty={<Empty title="Nobody is on the line">Calls appear here with their first ring, and can be hung up, given on, or have their recording paused.</Empty>}
        />
      )}
      <Transfer call={moved} onClose={() => setMoved(null)} />
    </Page>
  );
}

const COLUMNS: readonly Column<Call>[] = [
  { id: "state", head: "State", width: 120, cell: (call) => <State tone={call.state === "connected" ? "ok" : "live"}>{said(call.state)}</State> },
  {
    id: "caller",
    head: "Caller",
    width: 150,
    mono: true,
    cell: (call) => (
      <Link to="/calls/$callId" params={{ callId: call.call_id }} className="hover:underline">
        {phone(call.caller?.text) || "Withheld"}
      </Link>
    ),
  },
  { id: "dialled", head: "Dialled", width: 150, mono: true, cell: (call) => phone(call.dialled) },
  { id: "campaign", head: "Campaign", width: 180, cell: (call) => call.campaign_name },
  { id: "buyer", head: "Buyer", width: 170, cell: (call) => call.buyer_name || <span className="text-muted">Not yet</span> },
  { id: "target", head: "Target", width: 170, cell: (call) => call.target_name },
  { id: "source", head: "Source", width: 120, hidden: true, cell: (call) => call.origin.source },
  { id: "elapsed", head: "Elapsed", width: 80, num: true, cell: (call) => <Elapsed since={call.arrived_at} /> },
];

const actions = (move: (call: Call) => void): Column<Call> => ({ id: "actions", head: "Actions", width: 88, cell: (call) => <Actions call={call} move={move} /> });

function Actions({ call, move }: { call: Call; move: (call: Call) => void }) {
  const control = useControl(call);
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label={`What to do with the call of ${phone(call.caller?.text) || "somebody"}`} busy={control.isPending}>
          <MoreHorizontal size={15} aria-hidden />
        </IconButton>
      }
    >
      <MenuItem onChoose={() => move(call)}>Transfer…</MenuItem>
      <MenuItem onChoose={() => control.mutate({ control: "pause_recording" })}>Pause the recording</MenuItem>
      <MenuItem onChoose={() => control.mutate({ control: "resume_recording" })}>Resume the recording</MenuItem>
      <MenuLine />
      <MenuItem danger onChoose={() => control.mutate({ control: "hang_up" })}>
        Hang up
      </MenuItem>
    </Menu>
  );
}
