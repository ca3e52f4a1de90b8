import { cn } from "@/lib/cn";
import { nodeOf, type FlowDocument } from "./document";
import { kindOf, nameOf } from "./kinds";
import { TINT } from "@/app/steps";
import { saidBy, type Simulated } from "./script";

/** Turn by turn: what was heard of her, the steps with their tags, what she hears then, as words and as TwiML. */
export function Walked({ document, turns, reached, onShow }: { document: FlowDocument; turns: Simulated["turns"]; reached: number; onShow: (id: string) => void }) {
  const begun = turns[0] ? Date.parse(turns[0].at) : 0;
  let counted = 0;
  return (
    <ol className="grid gap-1">
      {turns.map((turn, index) => {
        const first = counted;
        counted += turn.steps.length;
        return (
          <li key={index} className="border-t border-line pt-1 first:border-0">
            {turn.heard && <p className="text-sm text-muted">She: {turn.heard}</p>}
            <ul>
              {turn.steps.map((step, position) => {
                const node = nodeOf(document, step.node);
                const kind = node && kindOf(node);
                const tags = Object.entries(step.tags ?? {});
                return (
                  <li key={position} className={cn("border-l-2", first + position < reached ? "border-accent" : "border-line")}>
                    <button type="button" disabled={!node} onClick={() => onShow(step.node)} className="flex w-full items-center gap-2 rounded-md px-1 py-0.5 text-left hover:bg-raised">
                      <span className="w-12 shrink-0 text-right font-mono text-sm text-muted">{((Date.parse(step.left_at) - begun) / 1_000).toFixed(1)}</span>
                      {kind && <kind.icon size={14} aria-hidden className={cn("shrink-0", TINT[kind.group])} />}
                      <span className="min-w-0 flex-1">
                        {node ? nameOf(node) : step.node} <span className="font-mono text-sm">→ {step.port}</span>
                        {step.note && <span className="text-muted"> · {step.note}</span>}
                        {tags.length > 0 && <span className="font-mono text-sm text-muted"> · {tags.map(([tag, value]) => `${tag} = ${value}`).join(", ")}</span>}
                      </span>
                    </button>
                  </li>
                );
              })}
            </ul>
            {turn.verbs.length > 0 && <p className="ml-14 break-words">{turn.verbs.map(saidBy).join(" ")}</p>}
            {(turn.twiml || Object.keys(turn.tags).length > 0) && (
              <details className="ml-14">
                <summary className="w-fit py-0.5 text-sm text-muted">Tags and TwiML</summary>
                {Object.entries(turn.tags).map(([tag, value]) => (
                  <p key={tag} className="font-mono text-sm">
                    {tag} = {value}
                  </p>
                ))}
                <pre className="mt-1 font-mono text-sm break-all whitespace-pre-wrap">{turn.twiml}</pre>
              </details>
            )}
          </li>
        );
      })}
    </ol>
  );
}
