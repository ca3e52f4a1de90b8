import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { api, data } from "@/api/client";
import { readWhere, WHERE_MAX, writeWhere, type Where } from "@/lib/where";
import { said } from "@/lib/words";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { CheckField, SelectField, TextField } from "@/ui/field";
import { Menu, MenuItem } from "@/ui/menu";
import { Failed } from "./failed";

const NAMES: Record<string, string> = { rtb_target: "RTB target", utm_source: "UTM source", utm_medium: "UTM medium", utm_campaign: "UTM campaign" };

/** What can be grouped and filtered by. */
export const useWords = () => useQuery({ queryKey: ["report-words"], queryFn: () => data(api.GET("/api/v1/report-words", {})), staleTime: 300_000 }).data;

/** What a word is called; a registered tag has a name of its own. */
export const wordName = (word: string, tags: readonly { word: string; name: string }[] = []): string =>
  tags.find((tag) => tag.word === word)?.name ?? NAMES[word] ?? (word.startsWith("tag:") ? word.slice("tag:".length) : said(word));

const DAY_MS = 86_400_000;
const LOOKED_MS = 90 * DAY_MS; // what has come lately is what can be chosen
const VALUES_MAX = 200;

/** What calls (or visits) of late had there, the commonest first, and what people call it. */
function useValues(dimension: string, visits: boolean) {
  return useQuery({
    queryKey: ["report-values", dimension, visits],
    staleTime: 60_000,
    queryFn: async () => {
      const until = Math.ceil(Date.now() / DAY_MS) * DAY_MS;
      const body = { since: new Date(until - LOOKED_MS).toISOString(), until: new Date(until).toISOString(), group_by: [dimension], columns: [visits ? "visits" : "incoming"], zone: "UTC", filters: [], currency: "USD", order_by: "", ascending: false };
      const asked = { body, params: { query: { limit: VALUES_MAX } } };
      const { rows } = await data(visits ? api.POST("/api/v1/visit-reports", asked) : api.POST("/api/v1/reports", asked));
      return rows.map((row) => ({ value: row.keys[0] ?? "", label: nameOf(dimension, row.keys[0], row.names[0]) }));
    },
  });
}

const SAID = ["outcome", "reason", "duplicate", "repeat", "showing"]; // words of the API's own

/** A value of a word, as people say it. */
export const nameOf = (word: string, key: string | undefined, name?: string): string => (SAID.includes(word) && said(key)) || name || key || "None";

interface Props {
  /** As it stands in the address. */
  where: readonly string[] | undefined;
  onChange: (where: string[] | undefined) => void;
  visits?: boolean;
}

/** Filters by anything that reports know: each can be taken away, others added. */
export function WhereFilters({ where: written, onChange, visits = false }: Props) {
  const [choosing, setChoosing] = useState<string | null>(null);
  const words = useWords();
  const where = readWhere(written);
  const change = (next: Where[]) => onChange(next.length > 0 ? writeWhere(next) : undefined);
  const dimensions = [...((visits ? words?.visit_dimensions : words?.dimensions) ?? []), ...(words?.tags.map((tag) => tag.word) ?? [])];
  return (
    <>
      {where.map((one) => (
        <Chip key={`${one.dimension}${one.exclude}`} one={one} label={wordName(one.dimension, words?.tags)} visits={visits} onOpen={() => setChoosing(one.dimension)} onRemove={() => change(where.filter((other) => other !== one))} />
      ))}
      {where.length < WHERE_MAX && (
        <Menu
          trigger={
            <Button>
              <Plus size={14} aria-hidden /> Filter
            </Button>
          }
        >
          {dimensions.map((word) => (
            <MenuItem key={word} onChoose={() => setChoosing(word)}>
              {wordName(word, words?.tags)}
            </MenuItem>
          ))}
        </Menu>
      )}
      {choosing !== null && (
        <Choose
          dimension={choosing}
          label={wordName(choosing, words?.tags)}
          visits={visits}
          chosen={where.find((one) => one.dimension === choosing)}
          onClose={() => setChoosing(null)}
          onChoose={(one) => {
            setChoosing(null);
            change([...where.filter((other) => other.dimension !== choosing), ...(one.values.length > 0 ? [one] : [])]);
          }}
        />
      )}
    </>
  );
}

function Chip({ one, label, visits, onOpen, onRemove }: { one: Where; label: string; visits: boolean; onOpen: () => void; onRemove: () => void }) {
  const names = new Map(useValues(one.dimension, visits).data?.map(({ value, label: name }) => [value, name]));
  const shown = one.values.length > 2 ? `${one.values.length} chosen` : one.values.map((value) => names.get(value) ?? nameOf(one.dimension, value)).join(", ");
  return (
    <span className="inline-flex items-center">
      <Button className="rounded-r-none border-accent" onClick={onOpen}>
        <span className="text-muted">
          {label}
          {one.exclude && " is not"}
        </span>
        <span className="max-w-48 truncate">{shown}</span>
      </Button>
      <IconButton label={`Take away the filter ${label}`} onClick={onRemove} className="rounded-l-none border-l-0 border-accent">
        <X size={14} aria-hidden />
      </IconButton>
    </span>
  );
}

function Choose({ dimension, label, visits, chosen, onClose, onChoose }: { dimension: string; label: string; visits: boolean; chosen: Where | undefined; onClose: () => void; onChoose: (one: Where) => void }) {
  const [values, setValues] = useState<string[]>(chosen?.values ?? []);
  const [exclude, setExclude] = useState(chosen?.exclude ?? false);
  const [typed, setTyped] = useState("");
  const found = useValues(dimension, visits);
  const offered = found.data ?? [];
  const others = values.filter((value) => !offered.some((one) => one.value === value)).map((value) => ({ value, label: nameOf(dimension, value) }));
  return (
    <Dialog open onClose={onClose} title={label} about="What calls of the last 90 days had, the commonest first.">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          onChoose({ dimension, exclude, values: typed ? [...values, typed] : values });
        }}
      >
        <SelectField
          label="Shown are"
          value={String(exclude)}
          onChange={(text) => setExclude(text === "true")}
          choices={[
            { value: "false", label: "only these" },
            { value: "true", label: "all but these" },
          ]}
        />
        {found.error && <Failed fault={found.error} retry={() => void found.refetch()} />}
        <div className="grid max-h-64 gap-1 overflow-auto">
          {[...others, ...offered].map((one) => (
            <CheckField key={one.value} label={one.label} value={values.includes(one.value)} onChange={(on) => setValues(on ? [...values, one.value] : values.filter((value) => value !== one.value))} />
          ))}
        </div>
        <TextField label="Another value" value={typed} onChange={setTyped} maxLength={254} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary">
            Filter
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
