import { useMutation, useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { api, data, type Schemas } from "@/api/client";
import { sentence } from "@/api/errors";
import { give } from "@/api/files";
import { usePortal } from "@/api/session";
import { Failed } from "@/app/failed";
import { measureName, told, type Value } from "@/lib/measures";
import { phone } from "@/lib/phone";
import { said } from "@/lib/words";
import { Button } from "@/ui/button";
import { SelectField } from "@/ui/field";
import { Body, Empty, Loading, Page } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { toast } from "@/ui/toast";
import { months, timeOf } from "./months";

/** By what each side may group; the server says so too. */
const GROUPS = {
  buyer: ["day", "campaign", "target", "state"],
  publisher: ["day", "campaign", "number", "state", "outcome"],
} as const;
const COLUMNS = {
  buyer: ["attempts", "answered", "leg_connected", "converted", "revenue", "answer_rate", "average_talk_seconds"],
  publisher: ["incoming", "connected", "converted", "payout", "conversion_rate", "acl"],
} as const;
/** What reports measure, as these people would say it. */
const HEADS: Record<string, string> = { attempts: "Dialled", leg_connected: "Connected", revenue: "Charged", payout: "Owed to us", average_talk_seconds: "Average talk" };
const ROWS = 1000;

/** What a month's calls came to for one buyer or publisher. */
export function OwnReport() {
  const portal = usePortal() ?? "buyer";
  const choices = months(new Date());
  const [month, setMonth] = useState(choices[0]!.value);
  const [by, setBy] = useState<string>("day");
  const currencies = useCurrencies();
  const [chosen, setChosen] = useState("");
  const currency = chosen || currencies[0]!;
  const body = { ...timeOf(month), currency, group_by: [by], columns: [...COLUMNS[portal]] } as unknown as Schemas["Report"];
  const report = useQuery({ queryKey: ["portal", "report", body], queryFn: () => data(api.POST("/api/v1/reports", { body, params: { query: { limit: ROWS } } })), placeholderData: (before) => before });
  const take = useMutation({
    mutationFn: async () => give((await data(api.POST("/api/v1/reports/csv", { body, parseAs: "blob" }))) as Blob, `report-${month}.csv`),
    onError: (fault) => toast("The file was not made", { detail: sentence(fault), bad: true }),
  });
  return (
    <Page
      title="Report"
      actions={
        <>
          <SelectField label="Month" quiet value={month} onChange={setMonth} choices={choices} className="w-40" />
          <SelectField label="By" quiet value={by} onChange={setBy} choices={GROUPS[portal].map((value) => ({ value, label: `By ${value}` }))} className="w-36" />
          {currencies.length > 1 && <SelectField label="Currency" quiet value={currency} onChange={setChosen} choices={currencies.map((value) => ({ value, label: value }))} className="w-24" />}
          <Button busy={take.isPending} onClick={() => take.mutate()}>
            <Download size={14} aria-hidden /> CSV
          </Button>
        </>
      }
    >
      <Body label="Report of the month">
        {report.error && <Failed fault={report.error} retry={() => void report.refetch()} />}
        {report.isPending && !report.error && <Loading />}
        {report.data && <Table report={report.data} by={by} columns={COLUMNS[portal]} />}
      </Body>
    </Page>
  );
}

/** The currencies in which there is something in the party's books. */
function useCurrencies(): string[] {
  const balances = useQuery({ queryKey: ["portal", "balances"], queryFn: () => data(api.GET("/api/v1/balances", {})) });
  const known = [...new Set(balances.data?.balances.map((one) => one.money.currency))];
  return known.length > 0 ? known : ["USD"];
}

function Table({ report, by, columns }: { report: Schemas["Reported"]; by: string; columns: readonly string[] }) {
  const heads = columns.map((name) => [HEADS[name] ?? measureName(name), (row: Row) => told(name, row.measures[name] as Value, report.currency), "num"] as const);
  const rows: Row[] = report.rows.filter((row) => by !== "day" || Object.values(row.measures).some((value) => Number(value) !== 0));
  if (rows.length === 0) return <Empty title="No calls in this month">Choose another month above.</Empty>;
  return (
    <div className="grid gap-3 p-4">
      <SimpleTable label="Report" rows={[...rows, { keys: [""], names: ["All"], measures: report.totals }]} columns={[[said(by), (row) => named(by, row)], ...heads.map(([...head]) => [...head] as [string, (row: Row) => string, "num"])]} />
      <p className="text-sm text-muted">Days and months are those of UTC.{report.total > report.rows.length && ` The first ${report.rows.length} of ${report.total}: the file has all.`}</p>
    </div>
  );
}

type Row = Pick<Schemas["ReportRow"], "keys" | "names" | "measures">;

function named(by: string, row: Row): string {
  const name = row.names[0] ?? "";
  if (name === "All" && row.keys[0] === "") return name;
  if (by === "number") return phone(name);
  if (by === "outcome") return said(name);
  return by === "day" ? name.slice(0, 10) : name || "None";
}
