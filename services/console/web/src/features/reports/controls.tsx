import { useState } from "react";
import type { Schemas } from "@/api/client";
import { ZoneField } from "@/app/editors/zone";
import { WhereFilters, wordName } from "@/app/where";
import { readDay, known } from "@/lib/zones";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField, type Choice } from "@/ui/field";
import { FilterMany, FilterOne, Filters } from "@/ui/filters";
import { measureName } from "@/lib/measures";
import { ABOUT, AGAINST, PERIODS, USUAL, wordsOf, type Filled, type ReportSearch } from "./search";

interface Props {
  search: ReportSearch;
  all: Filled;
  words: Schemas["ReportWords"] | undefined;
  onChange: (more: Partial<ReportSearch>) => void;
}

const choices = (names: Record<string, string>): Choice[] => Object.entries(names).map(([value, label]) => ({ value, label }));
const OWN = "own";

/** What is asked: about what, when, by what, which measures, beside what, of which calls. */
export function Controls({ search, all, words, onChange }: Props) {
  const [dating, setDating] = useState(false);
  const visits = all.about === "visits";
  const dimensions = [...(words?.times ?? []), ...((visits ? words?.visit_dimensions : words?.dimensions) ?? []), ...(words?.tags.map((tag) => tag.word) ?? [])];
  const groups = dimensions.map((value) => ({ value, label: wordName(value, words?.tags) }));
  const measures = (visits ? words?.visit_measures : words?.measures) ?? [];
  const by = wordsOf(all);
  const isTime = (word: string | undefined) => words?.times.includes(word ?? "") ?? false;
  const second = groups.filter(({ value }) => value !== by[0] && !(isTime(by[0]) && isTime(value)));
  const group = (words_: (string | undefined)[]) => {
    const kept = [...new Set(words_.filter((word): word is string => word !== undefined))];
    onChange({ by: kept.length > 0 ? kept : ["none"], order: undefined, ascending: undefined });
  };
  const own = search.since !== undefined;
  const filtered = search.where !== undefined || search.against !== undefined;
  return (
    <Filters onClear={filtered ? () => onChange({ where: undefined, against: undefined }) : undefined}>
      <FilterOne label="About" choices={choices(ABOUT)} value={all.about} onChange={(about) => onChange({ about: about === "visits" ? "visits" : undefined, by: undefined, show: undefined, where: undefined, order: undefined, ascending: undefined })} />
      <FilterOne
        label="When"
        choices={[...choices(PERIODS), { value: OWN, label: own ? `${search.since} to ${search.until}` : "Days, and the time zone…" }]}
        value={own ? OWN : all.period}
        onChange={(period) => (period === OWN ? setDating(true) : onChange({ period: period as ReportSearch["period"], since: undefined, until: undefined }))}
      />
      <FilterOne label="By" none="Nothing: only the totals" choices={groups} value={by[0]} onChange={(word) => group([word, word && by[1]])} />
      {by.length > 0 && <FilterOne label="Then by" none="Nothing more" choices={second} value={by[1]} onChange={(word) => group([by[0], word])} />}
      <FilterMany
        label="Shown"
        choices={measures.map((value) => ({ value, label: measureName(value) }))}
        value={all.show}
        onChange={(show) => onChange({ show: show.length > 0 && String(show) !== String(USUAL[all.about].show) ? show : undefined })}
      />
      <FilterOne label="Beside" none="Nothing" choices={choices(AGAINST)} value={search.against} onChange={(against) => onChange({ against: against as ReportSearch["against"] })} />
      <WhereFilters where={search.where} visits={visits} onChange={(where) => onChange({ where })} />
      {dating && (
        <Days
          all={all}
          onClose={() => setDating(false)}
          onChoose={(more) => {
            setDating(false);
            onChange(more);
          }}
        />
      )}
    </Filters>
  );
}

/** From one day to another, both within it, by the clock of a zone. */
function Days({ all, onClose, onChoose }: { all: Filled; onClose: () => void; onChoose: (more: Partial<ReportSearch>) => void }) {
  const [asked, setAsked] = useState({ since: all.since ?? "", until: all.until ?? "", zone: all.zone });
  const [tried, setTried] = useState(false);
  const wrong: Record<string, string | undefined> = tried
    ? {
        since: readDay(asked.since) ? undefined : "Say the first day",
        until: !readDay(asked.until) ? "Say the last day" : asked.until < asked.since ? "It is before the first" : undefined,
        zone: known(asked.zone) ? undefined : "There is no such time zone",
      }
    : {};
  const set = (name: string, value: unknown) => setAsked({ ...asked, [name]: value });
  const fits = readDay(asked.since) !== null && readDay(asked.until) !== null && asked.since <= asked.until && known(asked.zone);
  return (
    <Dialog open onClose={onClose} title="Which days">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (fits) onChoose({ ...asked, period: undefined });
        }}
      >
        <TextField label="First day" type="date" autoFocus value={asked.since} onChange={(text) => set("since", text)} error={wrong["since"]} />
        <TextField label="Last day" type="date" value={asked.until} onChange={(text) => set("until", text)} error={wrong["until"]} />
        <ZoneField label="Time zone" form={{ document: asked, set, error: (path) => wrong[path] }} path="zone" />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary">
            Show them
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
