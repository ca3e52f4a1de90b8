import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { MoreHorizontal } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
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
import { Capacity } from "./capacity";
import { Transfer, useControl } from "./control";
import { next, type Shown } from "./shown";

type Call = Schemas["CallRecord"];
const NONE: readonly Shown[] = [];
const TICK_MS = 1_000;
const KEY = ["calls", "live"];
const PAGE = 200;

/** The rows of the list: they come and go, unless somebody points at it or is in it by keyboard. */
function useShown(calls: readonly Call[] | undefined, still: boolean) {
  const [shown, setShown] = useState<ReturnType<typeof next> | null>(null);
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    if (calls) setShown((before) => next(before?.rows ?? NONE, calls, Date.now(), still));
  }, [calls, still, seconds]);
  const leaving = shown !== null && !still && shown.rows.some((row) => row.over !== undefined);
  useEffect(() => {
    if (!leaving) return;
    const timer = setInterval(() => setSeconds((before) => before + 1), TICK_MS);
    return () => clearInterval(timer);
  }, [leaving]);
  return shown;
}

/** Everybody on the line now, and what may be done to a call. */
export function LiveCalls() {
  const live = useQuery({ queryKey: KEY, queryFn: () => data(api.GET("/api/v1/calls/live", { params: { query: { limit: PAGE } } })) });
  const now = useQuery({ queryKey: [...KEY, "now"], queryFn: () => data(api.GET("/api/v1/now", {})) });
  const mayEdit = useMay("edit");
  const navigate = useNavigate();
  const [moved, setMoved] = useState<Call | null>(null);
  const [pointed, setPointed] = useState(false);
  const [inside, setInside] = useState(false);
  useFresh(KEY, ["call.", "leg."]);
  const columns = useMemo(() => [...COLUMNS, ...(mayEdit ? [actions(setMoved)] : [])], [mayEdit]);
  const shown = useShown(live.data?.calls, pointed || inside);
  return (
    <Page
      title="Live calls"
      count={now.data && `${now.data.connected} talking, ${now.data.ringing} ringing`}
      actions={
        <p role="status" className="text-muted empty:hidden">
          {shown && shown.waiting > 0 ? `Held still: ${shown.waiting} new` : null}
        </p>
      }
    >
      {live.error && <Failed fault={live.error} retry={() => void live.refetch()} />}
      {!shown && !live.error && <Loading />}
      {shown && (
        <div className="flex min-h-0 flex-1">
          <div
            className="flex min-h-0 min-w-0 flex-1 flex-col"
            onPointerEnter={({ pointerType }) => setPointed(pointerType === "mouse")}
            onPointerLeave={() => setPointed(false)}
            onFocus={({ target }) => setInside(target.matches("tr:focus-visible,tr :focus-visible"))}
            onBlur={({ currentTarget, relatedTarget }) => currentTarget.contains(relatedTarget) || setInside(false)}
          >
            <Table
              name="Live calls"
              columns={columns}
              rows={shown.rows}
              rowKey={({ call }) => call.call_id}
              onOpen={({ call }) => void navigate({ to: "/calls/$callId", params: { callId: call.call_id } })}
              dim={({ over }) => over !== undefined}
              empty={<Empty title="Nobody is on the line">Calls appear here with their first ring, and can be hung up, given on, or have their recording paused.</Empty>}
            />
          </div>
          <Capacity calls={live.data?.calls ?? []} whole={!live.data?.cursor} />
        </div>
      )}
      <Transfer call={moved} onClose={() => setMoved(null)} />
    </Page>
  );
}

const COLUMNS: readonly Column<Shown>[] = [
  { id: "state", head: "State", width: 110, cell: ({ call, over }) => (over === undefined ? <State tone={call.state === "connected" ? "ok" : "live"}>{said(call.state)}</State> : <State tone="calm">Over</State>) },
  {
    id: "caller",
    head: "Caller",
    width: 140,
    mono: true,
    cell: ({ call }) => (
      <Link to="/calls/$callId" params={{ callId: call.call_id }} className="hover:underline">
        {phone(call.caller?.text) || "Withheld"}
      </Link>
    ),
  },
  { id: "dialled", head: "Dialled", width: 140, mono: true, cell: ({ call }) => phone(call.dialled) },
  { id: "campaign", head: "Campaign", width: 150, cell: ({ call }) => call.campaign_name },
  { id: "buyer", head: "Buyer", width: 130, cell: ({ call }) => call.buyer_name || <span className="text-muted">Not yet</span> },
  { id: "target", head: "Target", width: 140, cell: ({ call }) => call.target_name },
  { id: "source", head: "Source", width: 120, hidden: true, cell: ({ call }) => call.origin.source },
  { id: "elapsed", head: "Elapsed", width: 80, num: true, cell: ({ call, over }) => (over === undefined ? <Elapsed since={call.arrived_at} /> : null) },
];

const actions = (move: (call: Call) => void): Column<Shown> => ({ id: "actions", head: "Actions", width: 88, cell: ({ call, over }) => (over === undefined ? <Actions call={call} move={move} /> : null) });

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
