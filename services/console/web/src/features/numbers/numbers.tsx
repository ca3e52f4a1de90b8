import { useMemo, useState } from "react";
import type { NumberRow } from "@/api/place";
import { useMay } from "@/api/session";
import { Failed } from "@/app/failed";
import { PeekTable } from "@/app/peek-table";
import { Views } from "@/app/views";
import { phone } from "@/lib/phone";
import { short } from "@/lib/search";
import { plural } from "@/lib/words";
import { Button } from "@/ui/button";
import { FilterOne, Filters, FilterText } from "@/ui/filters";
import { Empty, Loading } from "@/ui/page";
import { Progress } from "@/ui/progress";
import { dismiss, place, useJob } from "./job";
import { OneNumber } from "./one";
import { PlaceField, usePlaces } from "./picker";
import { useLatestCalls, useNumbers } from "./queries";
import { columnsOf } from "./rows";
import { SERVING, type NumberSearch, type Serving } from "./search";

interface Props {
  search: NumberSearch;
  change: (more: Partial<NumberSearch>) => void;
}

/** All numbers: whom each serves; several at once get another place. */
export function Numbers({ search, change }: Props) {
  const { contains, status, open } = search;
  const mayEdit = useMay("edit");
  const numbers = useNumbers({ ...(contains && { contains }), ...(status && { status }) });
  const latest = useLatestCalls().data;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const filtered = contains !== undefined || status !== undefined;
  const columns = useMemo(() => {
    const onChoose = (id: string, on: boolean) => setChosen((before) => new Set(on ? [...before, id] : [...before].filter((one) => one !== id)));
    return columnsOf({ latest, chosen, onChoose: mayEdit ? onChoose : null });
  }, [latest, chosen, mayEdit]);
  const rows = numbers.rows.filter(({ document }) => chosen.has(document.id));
  return (
    <>
      <Filters onClear={filtered ? () => change({ contains: undefined, status: undefined }) : undefined}>
        <Views list="Numbers" search={short({ contains, status })} onChoose={(chosen) => change({ contains: undefined, status: undefined, ...chosen })} />
        <FilterText label="Number" value={contains} onChange={(text) => change({ contains: text })} />
        <FilterOne label="Serves" none="Whatever" choices={Object.entries(SERVING).map(([value, label]) => ({ value, label }))} value={status} onChange={(value) => change({ status: value as Serving | undefined })} />
        {mayEdit && numbers.rows.length > 0 && (
          <Button kind="quiet" onClick={() => setChosen(rows.length > 0 ? new Set() : new Set(numbers.rows.map(({ document }) => document.id)))}>
            {rows.length > 0 ? "Choose none" : `Choose all ${numbers.rows.length}${numbers.hasNextPage ? " that are shown" : ""}`}
          </Button>
        )}
      </Filters>
      {mayEdit && rows.length > 0 && <Placing rows={rows} onDone={() => setChosen(new Set())} />}
      <Placed />
      {numbers.error && <Failed fault={numbers.error} retry={() => void numbers.refetch()} />}
      {!numbers.data && !numbers.error && <Loading />}
      {numbers.data && (
        <PeekTable
          name="Numbers"
          columns={columns}
          rows={numbers.rows}
          rowKey={({ document }) => document.id}
          open={open}
          onPeek={(id) => change({ open: id })}
          titleOf={({ document }) => phone(document.number)}
          onMore={numbers.more}
          empty={
            filtered ? (
              <Empty title="No numbers match" action={<Button onClick={() => change({ contains: undefined, status: undefined })}>Clear filters</Button>} />
            ) : (
              <Empty title="No numbers yet">Callers dial a number, and its campaign or pool says where they get. Buy one, bring in those that your carrier account has, or paste a list.</Empty>
            )
          }
        >
          {({ document }) => <OneNumber key={document.id} id={document.id} />}
        </PeekTable>
      )}
    </>
  );
}

/** Another place for all that are chosen. */
function Placing({ rows, onDone }: { rows: readonly NumberRow[]; onDone: () => void }) {
  const [to, setTo] = useState("");
  const job = useJob();
  const places = usePlaces();
  const go = () => {
    void place(rows, to, places.find((one) => one.value === to)?.label ?? "");
    onDone();
  };
  return (
    <div role="region" aria-label="Numbers that are chosen" className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-bg px-4 py-1.5">
      <span>{plural(rows.length, "number")} chosen:</span>
      <PlaceField label="Place of those chosen" quiet value={to} onChange={setTo} />
      <Button kind="primary" busy={job !== null && !job.over} onClick={go}>
        Place them
      </Button>
    </div>
  );
}

/** How far the placing is, and what was refused; it goes on while other pages are looked at. */
function Placed() {
  const job = useJob();
  if (!job) return null;
  return (
    <div className="shrink-0 border-b border-line px-4 py-2">
      <div className="flex items-center gap-3">
        <span role="status">
          {job.done - job.failures.length} of {job.total} placed ({job.where}){job.failures.length > 0 && `, ${job.failures.length} refused`}
        </span>
        <Progress label="Numbers placed" done={job.done} of={job.total} />
        {job.over && <Button onClick={dismiss}>Close</Button>}
      </div>
      {job.failures.map((one) => (
        <p key={one.number} className="text-bad">
          {one.number}: {one.problem}
        </p>
      ))}
    </div>
  );
}
