import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, data, queries, type Schemas } from "@/api/client";
import { sentence } from "@/api/errors";
import { useFresh } from "@/api/live";
import { all } from "@/api/pages";
import { useMay } from "@/api/session";
import { Failed } from "@/app/failed";
import { moment, whole } from "@/lib/time";
import { plural, said } from "@/lib/words";
import { State, type Tone } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Code } from "@/ui/code";
import { Peek } from "@/ui/dialog";
import { FilterOne, Filters } from "@/ui/filters";
import { Empty, Loading } from "@/ui/page";
import type { Column } from "@/ui/table";
import { toast } from "@/ui/toast";
import type { ViewProps } from "./list";
import { usePages } from "./pages";
import { asText } from "./pixel";
import { Rows } from "./rows";
import { STATES } from "./search";

type Delivery = Schemas["Delivery"];
const PAGE = 100;
const KEY = ["deliveries"];
const TONES: Record<Schemas["DeliveryState"], Tone> = { waiting: "live", delivered: "ok", dead: "bad", skipped: "calm" };

const COLUMNS: readonly Column<Delivery>[] = [
  { id: "made", head: "When", width: 110, cell: (one) => <span title={whole(one.made_at)}>{moment(one.made_at)}</span> },
  { id: "state", head: "State", width: 100, cell: (one) => <State tone={TONES[one.state]}>{said(one.state)}</State> },
  { id: "of", head: "Pixel or report", width: 200, cell: (one) => one.pixel_name || one.report_name || said(one.point) },
  { id: "point", head: "Call is", width: 100, cell: (one) => said(one.point) },
  { id: "host", head: "To", width: 200, mono: true, cell: (one) => one.host },
  { id: "tries", head: "Tries", width: 60, num: true, cell: (one) => one.tries },
  { id: "due", head: "Next try", width: 110, cell: (one) => moment(one.due_at) },
  { id: "said", head: "Last answer", width: 220, cell: (one) => one.said },
  { id: "call", head: "Call", width: 70, cell: (one) => one.call_id && <Link to="/calls/$callId" params={{ callId: one.call_id }} className="hover:underline">Call</Link> },
];

async function again(body: { delivery_id?: string; pixel_id?: string }): Promise<void> {
  try {
    const { count } = await data(api.POST("/api/v1/resends", { body }));
    toast(count > 0 ? `${plural(count, "delivery", "deliveries")} sent again` : "There was none to send again");
  } catch (fault) {
    toast("It was not sent again", { detail: sentence(fault), bad: true });
  }
  void queries.invalidateQueries({ queryKey: KEY });
}

/** What was told to whom, and what became of it. */
export function DeliveryView({ search, onChange, onClear }: ViewProps) {
  const mayEdit = useMay("edit");
  const [open, setOpen] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const pixels = useQuery({ queryKey: ["pixels", "names"], queryFn: () => all((at) => data(api.GET("/api/v1/pixels", { params: { query: { ...at, fields: "id,name" } } }))) });
  const { pixel_id, call_id, state } = search;
  const wanted = { pixel_id, call_id, state };
  const found = usePages(
    [...KEY, "list", wanted],
    (cursor) => data(api.GET("/api/v1/deliveries", { params: { query: { ...wanted, limit: PAGE, ...(cursor && { cursor }) } } })),
    (page) => page.deliveries,
  );
  useFresh(KEY, ["call.ended", "delivery."]);
  const names = (pixels.data?.items ?? []).map(({ document }) => ({ value: document.id, label: document.name }));
  const resendAll = async (id: string) => {
    setBusy(true);
    await again({ pixel_id: id });
    setBusy(false);
  };
  return (
    <>
      <Filters onClear={onClear}>
        <FilterOne label="Pixel" none="Any pixel or report" choices={names} value={pixel_id} onChange={(id) => onChange({ pixel_id: id })} />
        <FilterOne label="State" none="Any state" choices={STATES.map((value) => ({ value, label: said(value) }))} value={state} onChange={(one) => onChange({ state: one as Schemas["DeliveryState"] })} />
        {mayEdit && pixel_id && (
          <Button busy={busy} onClick={() => void resendAll(pixel_id)}>
            Send all dead ones again
          </Button>
        )}
      </Filters>
      <Rows name="Deliveries" found={found} columns={COLUMNS} rowKey={(one) => one.delivery_id} onOpen={(one) => setOpen(one.delivery_id)} empty={<Empty title="No deliveries">Each request that a pixel, a flow or a saved report makes is listed here, with every try.</Empty>} />
      <Peek open={open !== null} onClose={() => setOpen(null)} title="Delivery">
        {open && <Tries id={open} />}
      </Peek>
    </>
  );
}

function Tries({ id }: { id: string }) {
  const mayEdit = useMay("edit");
  const asked = useQuery({ queryKey: [...KEY, id], queryFn: () => data(api.GET("/api/v1/deliveries/{delivery_id}", { params: { path: { delivery_id: id } } })) });
  const send = useMutation({ mutationFn: () => again({ delivery_id: id }) });
  if (asked.error) return <Failed fault={asked.error} retry={() => void asked.refetch()} />;
  if (!asked.data) return <Loading rows={4} />;
  const { delivery, tries, paused_until } = asked.data;
  return (
    <div className="grid gap-4">
      <p className="flex items-center gap-3">
        <State tone={TONES[delivery.state]}>{said(delivery.state)}</State>
        <span className="flex-1">{delivery.due_at && `Next try ${moment(delivery.due_at)}`}</span>
        {mayEdit && delivery.state !== "waiting" && (
          <Button busy={send.isPending} onClick={() => send.mutate()}>
            Send again
          </Button>
        )}
      </p>
      {paused_until && <p className="text-warn">The host failed several times and is spared until {moment(paused_until)}.</p>}
      {tries.length === 0 && <p className="text-muted">It has not been tried yet.</p>}
      {tries.map((one) => (
        <section key={one.number} aria-label={`Try ${one.number}`} className="grid gap-2">
          <h2 className="font-semibold">
            Try {one.number}, {moment(one.at)}
          </h2>
          <Code label={`Request of try ${one.number}`} text={asText(one.request)} />
          <Code label={`Answer of try ${one.number}`} text={`${one.answer.status ?? one.answer.failure} in ${one.answer.milliseconds} ms\n${one.answer.body ?? ""}`} />
        </section>
      ))}
    </div>
  );
}
