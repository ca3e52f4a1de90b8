import { api, data } from "@/api/client";
import { useLine } from "@/api/live";
import { unreachable } from "@/api/errors";
import { useMay } from "@/api/session";
import { ago, ZONE } from "@/lib/time";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Section } from "@/ui/field";
import { SimpleTable } from "@/ui/simple-table";
import { Asked } from "./parts";

interface Check {
  name: string;
  well: boolean;
  vital: boolean;
  detail: string;
}

/** The console's own checks; they are open to everybody, and so is what they say. */
/** What is no word of ours. */
const NAMES: Readonly<Record<string, string>> = { nats: "NATS", postgresql: "PostgreSQL", "console-audit": "Audit log" };

async function checked(): Promise<Check[]> {
  const response = await fetch("/readyz").catch(() => null);
  if (response === null) throw unreachable("it is not answering");
  return ((await response.json()) as { checks: Check[] }).checks;
}

/** Whether all is well, and what this is; nothing here changes anything. */
export function System() {
  const line = useLine();
  const isOperator = useMay("platform");
  const ask = async () => ({ checks: await checked(), answering: isOperator ? (await data(api.GET("/api/v1/platform/health", {}))).answering : null });
  return (
    <Asked label="System" name={["settings", "system"]} ask={ask}>
      {({ checks, answering }) => (
        <>
          <Section title="Health" about="As the console sees it now.">
            <SimpleTable
              label="Checks"
              rows={checks}
              columns={[
                ["Check", (one) => NAMES[one.name] ?? said(one.name)],
                ["State", (one) => <State tone={one.well ? "ok" : one.vital ? "bad" : "warn"}>{one.well ? "Well" : one.vital ? "Not well" : "Degraded"}</State>],
                ["More", (one) => one.detail],
              ]}
            />
            {answering && (
              <SimpleTable
                label="Services"
                rows={Object.entries(answering)}
                columns={[
                  ["Service", ([name]) => said(name)],
                  ["State", ([, answers]) => <State tone={answers ? "ok" : "bad"}>{answers ? "Answers" : "Does not answer"}</State>],
                ]}
              />
            )}
          </Section>
          <Section title="This page">
            <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
              <dt className="text-muted">Live stream</dt>
              <dd>
                {said(line.state)}, for {ago(new Date(line.since).toISOString()).replace(" ago", "")}
              </dd>
              <dt className="text-muted">Time zone</dt>
              <dd>{ZONE}</dd>
              <dt className="text-muted">Browser</dt>
              <dd className="break-words">{navigator.userAgent}</dd>
            </dl>
          </Section>
          <Section title="To read">
            <ul className="grid gap-1">
              {[
                ["/docs", "The manual"],
                ["/docs/api", "The API's reference"],
                ["/api/v1/openapi.json", "The API as an OpenAPI document"],
              ].map(([to, label]) => (
                <li key={to}>
                  <a href={to} className="text-accent underline">
                    {label}
                  </a>
                </li>
              ))}
            </ul>
          </Section>
        </>
      )}
    </Asked>
  );
}
