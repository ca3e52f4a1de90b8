import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, basedOn, data } from "@/api/client";
import { sentence } from "@/api/errors";
import { numbersChanged, putNumber } from "@/api/numbers";
import { placeOf, type NumberRow } from "@/api/place";
import { useMay } from "@/api/session";
import { Failed } from "@/app/failed";
import { phone } from "@/lib/phone";
import { moment, whole } from "@/lib/time";
import { said } from "@/lib/words";
import { Button } from "@/ui/button";
import { Loading } from "@/ui/page";
import { toast } from "@/ui/toast";
import { PlaceField } from "./picker";
import { LATEST_MAX, useLatestCalls } from "./queries";
import { Setup, Standing } from "./rows";

const SHOWN_MAX = 5;

/** One number beside the list: whom it serves, how it stands at the carrier, its latest calls. */
export function OneNumber({ id }: { id: string }) {
  const asked = useQuery({ queryKey: ["numbers", id], queryFn: () => data(api.GET("/api/v1/numbers/{id}", { params: { path: { id } } })) });
  if (asked.error) return <Failed fault={asked.error} retry={() => void asked.refetch()} />;
  return asked.data ? <About key={asked.data.version} row={asked.data} /> : <Loading />;
}

function About({ row }: { row: NumberRow }) {
  const { document, standing } = row;
  const setup = standing?.setup;
  return (
    <div className="grid gap-6">
      <dl className="grid grid-cols-2 gap-3">
        <Fact name="Serves">
          <Standing row={row} />
        </Fact>
        <Fact name="At the carrier">
          <Setup row={row} />
        </Fact>
        <Fact name="Carrier account">
          <span className="font-mono text-sm break-all">{document.account_sid}</span>
        </Fact>
        {setup?.checked_at && <Fact name="Looked at">{whole(setup.checked_at)}</Fact>}
        {document.leaves_at && <Fact name="Given back">{whole(document.leaves_at)}</Fact>}
      </dl>
      {setup?.failure && <p className="text-bad first-letter:uppercase">{setup.failure}</p>}
      {(setup?.repaired ?? []).length > 0 && <p className="text-muted">Put right when it was last looked at: {setup!.repaired!.map(said).join(", ")}.</p>}
      <Change row={row} />
      <LatestCalls number={document.number} />
    </div>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-sm text-muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Another place, or back to the carrier. */
function Change({ row }: { row: NumberRow }) {
  const mayEdit = useMay("edit");
  const [place, setPlace] = useState(placeOf(row));
  const [sure, setSure] = useState(false);
  const { document, version } = row;
  const done = (told: string) => {
    toast(told, { detail: phone(document.number) });
    numbersChanged();
  };
  const placing = useMutation({ mutationFn: () => putNumber(row, place), onSuccess: () => done("The number has its place") });
  const staying = useMutation({
    mutationFn: () => api.PUT("/api/v1/numbers/{id}", { params: { path: { id: document.id }, header: basedOn(version) as never }, body: { ...document, leaves_at: null } as never }),
    onSuccess: () => done("The number stays"),
  });
  const releasing = useMutation({
    mutationFn: () => data(api.POST("/api/v1/numbers/{id}/release", { params: { path: { id: document.id }, header: basedOn(version) as never }, body: {} as never })),
    onSuccess: ({ leaves_at }) => done(`The number is given back: ${moment(leaves_at)}`),
  });
  if (!mayEdit) return null;
  const fault = placing.error ?? releasing.error ?? staying.error;
  return (
    <div className="grid gap-3">
      {fault && (
        <p role="alert" className="text-bad">
          {sentence(fault)}
        </p>
      )}
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <PlaceField label="Its place" value={place} onChange={setPlace} />
        </div>
        <Button kind="primary" busy={placing.isPending} disabled={place === placeOf(row)} onClick={() => placing.mutate()}>
          Place
        </Button>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        {document.leaves_at ? (
          <Button busy={staying.isPending} onClick={() => staying.mutate()}>
            Keep it after all
          </Button>
        ) : sure ? (
          <>
            <Button kind="danger" busy={releasing.isPending} onClick={() => releasing.mutate()}>
              Give it back for good
            </Button>
            <Button onClick={() => setSure(false)}>Cancel</Button>
            <p className="text-sm text-muted">A number of a pool first drains for a day; any other goes at once.</p>
          </>
        ) : (
          <Button kind="danger" onClick={() => setSure(true)}>
            Give it back to the carrier
          </Button>
        )}
      </div>
    </div>
  );
}

function LatestCalls({ number }: { number: string }) {
  const asked = useLatestCalls();
  const calls = asked.data?.of.get(number) ?? [];
  return (
    <section aria-label="Its latest calls">
      <h3 className="mb-1 font-semibold">Latest calls</h3>
      {asked.error && <Failed fault={asked.error} retry={() => void asked.refetch()} />}
      {asked.data && calls.length === 0 && <p className="text-muted">{asked.data.whole ? "None yet." : `None among the latest ${LATEST_MAX} of the account.`}</p>}
      <ul className="grid gap-1">
        {calls.slice(0, SHOWN_MAX).map((call) => (
          <li key={call.call_id}>
            <Link to="/calls/$callId" params={{ callId: call.call_id }} className="hover:underline">
              {moment(call.arrived_at) || "Unknown"}
            </Link>{" "}
            <span className="text-muted">{said(call.status ?? call.state)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
