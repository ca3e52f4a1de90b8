import { useQuery } from "@tanstack/react-query";
import { Link, useBlocker, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ListTree, Redo2, Sparkles, Undo2, Waypoints } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { isProblem, sentence } from "@/api/errors";
import { useFresh } from "@/api/live";
import { useMay } from "@/api/session";
import { useTold, type Told } from "@/app/keys";
import { Conflict } from "@/app/conflict";
import { Failed } from "@/app/failed";
import { cn } from "@/lib/cn";
import { short } from "@/lib/search";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Button, IconButton } from "@/ui/button";
import { Empty, Loading, Page } from "@/ui/page";
import { createActions } from "./actions";
import { Canvas } from "./canvas";
import { nodeOf, type Script } from "./document";
import { Drawers } from "./drawers";
import type { Over, Wanted } from "./drawing";
import { FlowForm, StepForm } from "./inspector";
import { TONES } from "./list";
import { Outline } from "./outline";
import { Problems } from "./problems";
import { flowQuery, languageQuery, load, type Shown } from "./queries";
import { documentOf, useSaving } from "./saving";
import type { Schema } from "./schema";
import type { EditorSearch } from "./search";
import { useLit, useSimulation, useTraffic, useWalk } from "./simulating";
import { Simulator } from "./simulator";
import { FlowMenu } from "./states";
import { createStore, useEditing } from "./store";
import { Tests } from "./tests-drawer";
import { troublesOf, weightsOf, type Trouble } from "./troubles";
import { Publish, Versions } from "./versions";

const ABOVE = (
  <Link to="/flows" search={{}} className="hover:text-text">
    Call flows
  </Link>
);

const KEYS: readonly Told[] = [
  ["← → ↑ ↓", "To the next step; with Shift, move it"],
  ["Enter F2", "Its settings"],
  ["Tab", "Add a step after it"],
  ["Del", "Take it away"],
  ["D", "Duplicate it"],
  ["⌘C ⌘V", "Copy and paste"],
  ["⌘Z ⇧⌘Z", "Undo and redo"],
  ["F8", "The next problem"],
  ["1", "Show all of the flow"],
];

/** One flow: drawn, edited, kept as it is edited, published. */
export function FlowPage() {
  const { id } = useParams({ from: "/flows/$id" });
  const shown = useQuery(flowQuery(id));
  const language = useQuery(languageQuery);
  useFresh(["flows", id], ["flow.changed"]);
  if (shown.data && language.data) return <Editor key={id} shown={shown.data} language={language.data.language as Schema} />;
  const fault = shown.error ?? language.error;
  const gone = isProblem(fault) && [404, 422].includes(fault.status);
  return (
    <Page title="Call flow" above={ABOVE}>
      {gone ? <Empty title="There is no such flow">It may belong to another account.</Empty> : fault ? <Failed fault={fault} retry={() => void Promise.all([shown.refetch(), language.refetch()])} /> : <Loading />}
    </Page>
  );
}

function Editor({ shown, language }: { shown: Shown; language: Schema }) {
  const mayEdit = useMay("edit");
  useTold(KEYS);
  const search = useSearch({ from: "/flows/$id" });
  const navigate = useNavigate();
  const [store] = useState(() => createStore(documentOf(shown)));
  const [actions] = useState(() => createActions(store));
  const saving = useSaving(store, shown);
  const { document, selected, past, future } = useEditing(store, (editing) => editing);
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const [open, setOpen] = useState<"publish" | "versions" | null>(null);
  const aside = useRef<HTMLElement>(null);
  const troubles = useMemo(() => troublesOf(document, saving.findings, saving.fault), [document, saving.findings, saving.fault]);
  const simulation = useSimulation(store);
  const walk = useWalk(search.call);
  const way = useLit(document, simulation, walk?.steps, useTraffic(document.id, search.traffic ?? false));
  const over = useMemo((): Over => ({ weights: weightsOf(troubles), litNodes: way.litNodes, litWires: way.litWires, labels: way.labels }), [troubles, way.litNodes, way.litWires, way.labels]);
  const change = useCallback((more: Partial<EditorSearch>) => void navigate({ to: "/flows/$id", params: { id: document.id }, search: (before) => short({ ...(before as EditorSearch), ...more }), replace: true }), [navigate, document.id]);

  const { follow } = saving;
  useEffect(() => follow(shown), [follow, shown]);
  useBlocker({ shouldBlockFn: async ({ current, next }) => next.pathname !== current.pathname && saving.state !== "kept" && !(await saving.save()) && !confirm("The draft could not be kept. Leave without it?"), enableBeforeUnload: false });
  // The step in the address is chosen at first; later the address follows the choice.
  useEffect(() => {
    if (search.step && nodeOf(store.get().document, search.step)) show(search.step);
  }, []);
  const only = selected.length === 1 ? selected[0] : undefined;
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) change({ step: only });
    begun.current = true;
  }, [only, change]);

  const show = (id: string, focus = true) => {
    store.select([id]);
    setWanted({ id, focus });
  };
  /** The field that gets the keyboard with the next drawing of the settings, or else the step; another object each time. */
  const [sought, seek] = useState<{ field: string; or?: string } | null>(null);
  useEffect(() => {
    const field = sought && aside.current?.querySelector<HTMLElement>(sought.field);
    if (field) field.focus();
    else if (sought?.or) setWanted({ id: sought.or, focus: true });
  }, [sought]);
  const inspect = useCallback(() => seek({ field: "input,textarea,select" }), []);
  /** A kept test in the simulator. */
  const [opened, setOpened] = useState(0);
  const play = (test: Script) => {
    simulation.set({ ...test, expects: {} });
    setOpened(opened + 1);
    change({ drawer: "simulator" });
  };
  const at = useRef(-1);
  const go = (trouble: Trouble) => {
    if (trouble.node) show(trouble.node, false);
    else store.select([]);
    seek({ field: "[aria-invalid]", or: trouble.node });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const typing = (event.target as Element).closest("input,textarea,select") !== null;
    const command = event.ctrlKey || event.metaKey;
    if (event.key === "F8" && troubles.length > 0) {
      event.preventDefault();
      at.current = (at.current + (event.shiftKey ? troubles.length - 1 : 1)) % troubles.length;
      go(troubles[at.current]!);
    }
    if (event.key === "F2" && selected.length === 1) {
      event.preventDefault();
      inspect();
    }
    if (command && event.key === "s") {
      event.preventDefault();
      void saving.save();
    }
    if (typing || !mayEdit || !command) return;
    if (event.key.toLowerCase() === "z") {
      event.preventDefault();
      if (event.shiftKey) store.redo();
      else store.undo();
    }
  };

  const node = only === undefined ? undefined : nodeOf(document, only);
  const View = search.view === "outline" ? Outline : Canvas;
  const about = saving.row.published ? `Draft of v${saving.row.newest + 1}` : "Draft";
  return (
    <Page
      title={document.name}
      above={ABOVE}
      count={
        <span className="flex items-center gap-3">
          <State tone={TONES[saving.row.state]}>{said(saving.row.state)}</State>
          <span role="status" className={cn("text-sm", saving.state === "refused" && "text-bad")}>
            {about} · {{ kept: "saved", waiting: "saving", refused: "not saved" }[saving.state]}
          </span>
        </span>
      }
      actions={
        <>
          <IconButton label="Drawing" aria-pressed={search.view !== "outline"} onClick={() => change({ view: undefined })} className="aria-pressed:bg-raised aria-pressed:text-text">
            <Waypoints size={15} aria-hidden />
          </IconButton>
          <IconButton label="Outline" aria-pressed={search.view === "outline"} onClick={() => change({ view: "outline" })} className="aria-pressed:bg-raised aria-pressed:text-text">
            <ListTree size={15} aria-hidden />
          </IconButton>
          {mayEdit && (
            <>
              <IconButton label="Undo (⌘Z)" disabled={past.length === 0} onClick={store.undo}>
                <Undo2 size={15} aria-hidden />
              </IconButton>
              <IconButton label="Redo (⇧⌘Z)" disabled={future.length === 0} onClick={store.redo}>
                <Redo2 size={15} aria-hidden />
              </IconButton>
              <Button onClick={actions.tidy}>
                <Sparkles size={14} aria-hidden /> Tidy
              </Button>
            </>
          )}
          {mayEdit && (
            <Button kind="primary" onClick={() => void saving.save().then((kept) => (kept ? setOpen("publish") : change({ drawer: "problems" })))}>
              Publish
            </Button>
          )}
          <FlowMenu saving={saving} edits={mayEdit} onVersions={() => void saving.save().then(() => setOpen("versions"))} />
        </>
      }
    >
      {/* oxlint-disable-next-line jsx_a11y/no-static-element-interactions -- keys of the whole editor */}
      <div onKeyDown={onKeyDown} className="flex min-h-0 flex-1 max-md:flex-col">
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          {saving.conflict && <Conflict mine={document} load={() => theirs(document.id)} onKeep={saving.keepOurs} onTake={(row) => saving.replace(row.shown)} />}
          {saving.fault !== null && !saving.conflict && (
            <p role="alert" className="border-b border-line px-4 py-2 text-bad">
              {sentence(saving.fault)}
            </p>
          )}
          {walk && (
            <p className="border-b border-line px-4 py-1.5 text-sm text-muted">
              The way of a call through version {walk.version} is lit{walk.finished && `; it ended so: ${walk.finished}`}.{" "}
              <button type="button" className="text-accent hover:underline" onClick={() => change({ call: undefined })}>
                Leave it
              </button>
            </p>
          )}
          <View store={store} actions={actions} over={over} edits={mayEdit} wanted={wanted} onInspect={inspect} />
          <Drawers
            search={search}
            onChange={change}
            troubles={troubles}
            tests={document.tests.length}
            contents={{
              problems: () => <Problems document={document} troubles={troubles} onGo={go} />,
              simulator: () => <Simulator key={opened} document={document} language={language} simulation={simulation} edits={mayEdit} call={search.call} onShow={show} onTest={(test) => store.edit({ ...document, tests: [...document.tests, test] })} />,
              tests: () => <Tests document={document} saving={saving} edits={mayEdit} onChange={(tests) => store.edit({ ...document, tests })} onOpen={play} />,
            }}
          />
        </div>
        {/* oxlint-disable-next-line jsx_a11y/no-noninteractive-tabindex -- scrolled by keys */}
        <aside ref={aside} aria-label="Settings" tabIndex={0} className="w-full shrink-0 overflow-auto border-line outline-offset-[-2px] max-md:h-2/5 max-md:border-t md:w-[340px] md:border-l">
          {node ? (
            <StepForm key={node.id} node={node} document={document} language={language} actions={actions} troubles={troubles} edits={mayEdit} script={simulation.script} onShow={show} />
          ) : selected.length > 1 ? (
            <p className="p-4 text-muted">{selected.length} steps are chosen.</p>
          ) : (
            <FlowForm document={document} language={language} troubles={troubles} edits={mayEdit} onChange={(next, field) => store.edit(next, `flow ${field}`)} />
          )}
        </aside>
      </div>
      {open === "publish" && <Publish saving={saving} document={document} troubles={troubles} onClose={() => setOpen(null)} />}
      {open === "versions" && <Versions saving={saving} document={document} edits={mayEdit} onDraft={store.edit} onClose={() => setOpen(null)} />}
    </Page>
  );
}

/** Somebody else's draft, as the choice between two versions wants it. */
async function theirs(id: string) {
  const shown = await load(id);
  return { version: shown.row.version, document: shown.document, shown };
}
