import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { api, data, queries } from "@/api/client";
import { sentence } from "@/api/errors";
import { useMay } from "@/api/session";
import { Failed } from "@/app/failed";
import { short } from "@/lib/search";
import { said } from "@/lib/words";
import { Button } from "@/ui/button";
import { TextArea } from "@/ui/field";
import { FilterOne, Filters, FilterText } from "@/ui/filters";
import { Body, Empty, Loading, Page } from "@/ui/page";
import { Answer, Asked } from "./answer";
import { RATINGS, type HelpSearch } from "./search";
import { ask, type Coming } from "./stream";

const KEY = ["help"];
const PAGE = 20;
const LETTERS_MAX = 2_000;

function useQuestions({ view, ...filters }: HelpSearch) {
  return useInfiniteQuery({
    queryKey: [...KEY, view, filters],
    queryFn: ({ pageParam }) => {
      const query = { limit: PAGE, ...(pageParam !== null && { before: pageParam }) };
      return data(view === "everybody" ? api.GET("/api/v1/account/help-questions", { params: { query: { ...filters, ...query } } }) : api.GET("/api/v1/help/questions", { params: { query } }));
    },
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.before ?? undefined,
    placeholderData: (before) => before,
  });
}

/** Questions in one's own words, their answers, and what was asked before. */
export function Help() {
  const search: HelpSearch = useSearch({ strict: false }); // people of portals come by an address of their own
  const navigate = useNavigate();
  const mayRead = useMay("account");
  const everybody = mayRead && search.view === "everybody";
  const asked = useQuestions(everybody ? search : {});
  const rows = asked.data?.pages.flatMap((page) => page.items) ?? [];
  const change = (more: Partial<HelpSearch>) => void navigate({ to: "/help", search: short({ ...search, ...more }), replace: true });
  return (
    <Page
      title="Help"
      actions={
        <>
          {mayRead && <Button onClick={() => change(everybody ? { view: undefined, rating: undefined, contains: undefined } : { view: "everybody" })}>{everybody ? "My questions" : "What everybody asked"}</Button>}
          <a href="/docs/" className="text-accent underline">
            The manual
          </a>
        </>
      }
    >
      {everybody && (
        <Filters>
          <FilterText label="Words" value={search.contains} onChange={(contains) => change({ contains })} />
          <FilterOne label="Rated" none="Rated or not" choices={RATINGS.map((value) => ({ value, label: said(value) }))} value={search.rating} onChange={(rating) => change({ rating: rating as HelpSearch["rating"] })} />
        </Filters>
      )}
      <Body label="Help">
        <div className="mx-auto max-w-3xl px-4">
          {!everybody && <Ask conversation={rows[0]?.conversation_id} />}
          {asked.error && <Failed fault={asked.error} retry={() => void asked.refetch()} />}
          {asked.isPending && <Loading />}
          {asked.data && rows.length === 0 && <Empty title="Nothing was asked yet">{everybody ? "Questions of everybody in the account, and whether the answers helped, stand here." : "Ask about the product, or about your account's calls."}</Empty>}
          {rows.map((one) => (
            <Asked key={one.question_id} one={one} mine={!everybody} />
          ))}
          {asked.hasNextPage && (
            <div className="py-4 text-center">
              <Button busy={asked.isFetchingNextPage} onClick={() => void asked.fetchNextPage()}>
                Earlier ones
              </Button>
            </div>
          )}
        </div>
      </Body>
    </Page>
  );
}

function Ask({ conversation }: { conversation: string | undefined }) {
  const [question, setQuestion] = useState("");
  const [goesOn, setGoesOn] = useState(false);
  const [coming, setComing] = useState<Coming | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (coming || question.trim() === "") return;
    stop.current = new AbortController();
    setFault(null);
    setComing({ text: "", looking: "", anew: "" });
    try {
      await ask({ question, conversation_id: goesOn ? (conversation ?? null) : null }, setComing, stop.current.signal);
      setQuestion("");
      await queries.invalidateQueries({ queryKey: KEY });
    } catch (no) {
      if (!stop.current.signal.aborted) setFault(no);
    } finally {
      setComing(null);
    }
  };
  return (
    <section aria-label="Ask" className="grid gap-3 border-b border-line py-4">
      <form onSubmit={(event) => void send(event)} className="grid gap-2">
        <TextArea label="Your question" rows={3} maxLength={LETTERS_MAX} data-filter="" placeholder="Why did calls to Roofing leads reach nobody this morning?" value={question} onChange={setQuestion} />
        <div className="flex flex-wrap items-center gap-3">
          {conversation && (
            <label className="flex items-center gap-2">
              <input type="checkbox" checked={goesOn} onChange={(event) => setGoesOn(event.target.checked)} className="size-4 accent-accent" />
              Goes on with the last one
            </label>
          )}
          <Button type="submit" kind="primary" busy={coming !== null} className="ml-auto">
            Ask
          </Button>
        </div>
      </form>
      {fault !== null && (
        <p role="alert" className="text-bad">
          {sentence(fault)}
        </p>
      )}
      {coming && (
        <div role="status" className="grid gap-2">
          {coming.anew && <p className="text-sm text-warn">{coming.anew}</p>}
          <p className="text-sm text-muted">{coming.looking ? `Looking up: ${said(coming.looking)}` : coming.text ? "Answering" : "Reading"}…</p>
          <Answer text={coming.text} />
        </div>
      )}
    </section>
  );
}
