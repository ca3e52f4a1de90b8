import { Failed } from "@/app/failed";
import { Loading } from "@/ui/page";
import { Outcome } from "./columns";
import { Numbers, sentenceOf, useCall } from "./detail";
import { Attributed, MoneyPart, Recordings } from "./parts";

/** A call beside the list: why it went where it went, what it came to, where it came from. */
export function CallPeek({ id }: { id: string }) {
  const { detail, explained } = useCall(id);
  if (detail.error) return <Failed fault={detail.error} retry={() => void detail.refetch()} />;
  if (!detail.data) return <Loading />;
  const { call, attribution } = detail.data;
  return (
    <div className="-m-4 grid">
      <div className="grid gap-2 border-b border-line p-4">
        <div>
          <Outcome call={call} />
        </div>
        <p className="text-lg">{sentenceOf(call, explained.data?.steps ?? [])}</p>
      </div>
      <Numbers call={call} narrow />
      {(
        [
          ["Money", <MoneyPart key="money" call={call} />],
          ["Where it came from", <Attributed key="from" call={call} attribution={attribution} />],
          ...(call.recordings.length > 0 ? [["Recording", <Recordings key="sound" call={call} />] as const] : []),
        ] as const
      ).map(([title, part]) => (
        <section key={title} aria-label={title} className="min-w-0 border-b border-line p-4">
          <h3 className="mb-2 font-semibold">{title}</h3>
          {part}
        </section>
      ))}
    </div>
  );
}
