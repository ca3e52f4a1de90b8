import { useState } from "react";
import { api, type Schemas } from "@/api/client";
import { sentence } from "@/api/errors";
import { moment } from "@/lib/time";
import { said } from "@/lib/words";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { toast } from "@/ui/toast";
import { blocksOf, type Span } from "./markdown";

type Question = Schemas["QuestionShown"];

function Line({ spans }: { spans: readonly Span[] }) {
  return spans.map((span, at) => {
    switch (span.kind) {
      case "link":
        return (
          <a key={at} href={span.to} className="text-accent underline">
            {span.text}
          </a>
        );
      case "strong":
        return <strong key={at}>{span.text}</strong>;
      case "code":
        return (
          <code key={at} className="rounded-sm bg-raised px-1 font-mono text-sm">
            {span.text}
          </code>
        );
      default:
        return <span key={at}>{span.text}</span>;
    }
  });
}

/** What was answered, as it is written; text from outside stays text. */
export function Answer({ text }: { text: string }) {
  return (
    <div className="grid gap-2 break-words">
      {blocksOf(text).map((block, at) => {
        if (block.kind === "code")
          return (
            // oxlint-disable-next-line jsx_a11y/no-noninteractive-tabindex -- scrolled by keys
            <pre key={at} tabIndex={0} role="region" aria-label="Code" className="overflow-x-auto rounded-md bg-raised p-2 font-mono text-sm">
              {block.text}
            </pre>
          );
        if (block.kind === "list") {
          const List = block.ordered ? "ol" : "ul";
          return (
            <List key={at} className={block.ordered ? "list-decimal pl-5" : "list-disc pl-5"}>
              {block.items.map((item, index) => (
                <li key={index}>
                  <Line spans={item} />
                </li>
              ))}
            </List>
          );
        }
        return (
          <p key={at} className={block.kind === "heading" ? "font-semibold" : ""}>
            <Line spans={block.spans} />
          </p>
        );
      })}
    </div>
  );
}

/** Who has answered: said for each answer, as the rules of the answerer want it. */
export const By = ({ by }: { by: Schemas["By"] }) => <Badge tone={by === "claude" ? "live" : "calm"}>{by === "claude" ? "Powered by Claude" : "From the manual"}</Badge>;

/** A question, its answer with where it comes from, and whether it helped. */
export function Asked({ one, mine }: { one: Question; mine: boolean }) {
  return (
    <article aria-label={one.question} className="grid gap-3 border-b border-line py-4">
      <h2 className="font-semibold break-words">{one.question}</h2>
      <p className="flex flex-wrap items-center gap-2 text-sm text-muted">
        <By by={one.by} />
        {!mine && <span>{one.asker}</span>}
        <span>{moment(one.asked_at)}</span>
        {one.looked_up.length > 0 && <span>Looked up: {one.looked_up.map(said).join(", ")}</span>}
      </p>
      {one.note && <p className="text-sm text-warn">{one.note}</p>}
      <Answer text={one.answer} />
      {one.sources.length > 0 && (
        <ul aria-label="Where it stands" className="flex flex-wrap gap-x-4 text-sm">
          {one.sources.map((source) => (
            <li key={source.link}>
              <a href={source.link} title={source.excerpt} className="inline-block py-[3px] text-accent underline">
                {source.title}
              </a>
            </li>
          ))}
        </ul>
      )}
      {mine ? (
        <Rate one={one} />
      ) : (
        one.rating && (
          <p className="text-sm">
            {one.rating === "good" ? "It helped" : "It did not help"}
            {one.comment && `: ${one.comment}`}
          </p>
        )
      )}
    </article>
  );
}

function Rate({ one }: { one: Question }) {
  const [rating, setRating] = useState(one.rating);
  const [comment, setComment] = useState(one.comment);
  const [saying, setSaying] = useState(false);
  const rate = async (next: "good" | "bad", words: string) => {
    try {
      await api.PUT("/api/v1/help/questions/{question_id}/rating", { params: { path: { question_id: one.question_id } }, body: { rating: next, comment: words } });
      setRating(next);
      setSaying(next === "bad" && words === "");
      if (words !== "") toast("Thank you");
    } catch (fault) {
      toast("It was not kept", { detail: sentence(fault), bad: true });
    }
  };
  return (
    <div className="grid gap-2">
      <p className="flex items-center gap-2">
        <span className="text-sm text-muted">Did it help?</span>
        <Button kind="quiet" aria-pressed={rating === "good"} className="aria-pressed:bg-raised aria-pressed:text-text" onClick={() => void rate("good", comment)}>
          Yes
        </Button>
        <Button kind="quiet" aria-pressed={rating === "bad"} className="aria-pressed:bg-raised aria-pressed:text-text" onClick={() => void rate("bad", comment)}>
          No
        </Button>
      </p>
      {saying && (
        <form
          className="flex flex-wrap items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            void rate("bad", comment);
            setSaying(false);
          }}
        >
          <TextField label="What was missing?" autoFocus value={comment} onChange={setComment} maxLength={1000} className="w-80" />
          <Button type="submit">Tell them</Button>
        </form>
      )}
    </div>
  );
}
