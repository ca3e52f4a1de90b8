import { useBlocker, useNavigate } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useDraft, type Draft } from "@/api/draft";
import { isProblem, refusedHere, sentence } from "@/api/errors";
import { load, save, useRow, type Documents, type Noun, type Row } from "@/api/records";
import { useMay } from "@/api/session";
import { IconButton } from "@/ui/button";
import { Body, Empty, Loading, Page } from "@/ui/page";
import { toast } from "@/ui/toast";
import { Conflict } from "./conflict";
import { Failed } from "./failed";
import { Retire } from "./retire";
import { SaveBar } from "./save-bar";

interface Props<N extends Noun> {
  noun: N;
  /** Undefined: a new one, which begins as `fresh`. */
  id: string | undefined;
  fresh: Documents[N];
  /** What one is called: "buyer". */
  word: string;
  above: ReactNode;
  /** Where one leads to when it is retired. */
  list: string;
  /** The address of one, to which a new one leads. */
  at: (id: string) => string;
  actions?: (row: Row<N>) => ReactNode;
  /** What cannot be saved as it is, by path; null where nothing is known to be wrong. */
  check?: (document: Documents[N]) => Record<string, string> | null;
  /** Its sections: in `Fields` what changes it, outside what whoever sees it may use. */
  children: (draft: Draft<Documents[N]>, isNew: boolean) => ReactNode;
}

/** A page that makes or changes one thing: the pattern of all forms. */
export function RecordPage<N extends Noun>(props: Props<N>) {
  const { noun, id, word, above } = props;
  const row = useRow(noun, id);
  if (id === undefined) return <Editor key="new" {...props} row={null} />;
  if (row.data) return <Editor key={id} {...props} row={row.data} />;
  const gone = isProblem(row.error) && [404, 422].includes(row.error.status);
  return (
    <Page title={word.charAt(0).toUpperCase() + word.slice(1)} above={above}>
      {gone ? <Empty title={`There is no such ${word}`}>It may have been retired.</Empty> : row.error ? <Failed fault={row.error} retry={() => void row.refetch()} /> : <Loading />}
    </Page>
  );
}

function Editor<N extends Noun>({ noun, fresh, row, word, above, list, at, actions, check, children }: Props<N> & { row: Row<N> | null }) {
  const navigate = useNavigate();
  const mayEdit = useMay("edit");
  const [version, setVersion] = useState(row?.version ?? null);
  const [retiring, setRetiring] = useState(false);
  const basis = useRef(version);
  const draft = useDraft<Documents[N]>(row?.document ?? fresh, async (document, key) => {
    const wrong = check?.(document);
    if (wrong) throw refusedHere(wrong);
    const kept = await save(noun, document, basis.current, key);
    basis.current = kept.version;
    setVersion(kept.version);
    leaving.current = false;
    if (row === null) void navigate({ to: at(kept.document.id), replace: true });
    toast(row === null ? `The ${word} is made` : "Saved", { detail: kept.document.name });
  });
  const leaving = useRef(false);
  leaving.current = draft.dirty;
  useBlocker({ shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && leaving.current && !confirm("Leave without saving what you changed?"), enableBeforeUnload: false });
  // Somebody else has changed it: what is on the screen follows, unless something is typed here.
  useEffect(() => {
    if (row && row.version > (basis.current ?? 0) && !draft.dirty) {
      basis.current = row.version;
      setVersion(row.version);
      draft.reset(row.document);
    }
  });
  const keepMine = (theirs: Row<N>) => {
    basis.current = theirs.version;
    void draft.submit();
  };
  const takeTheirs = (theirs: Row<N>) => {
    basis.current = theirs.version;
    setVersion(theirs.version);
    draft.reset(theirs.document);
  };
  const told = draft.fault !== null && draft.conflict === null;
  return (
    <Page
      title={row === null ? `New ${word}` : row.document.name}
      above={above}
      actions={
        row !== null && (
          <>
            {actions?.(row)}
            {mayEdit && (
              <IconButton label={`Retire this ${word}`} onClick={() => setRetiring(true)}>
                <Trash2 size={15} aria-hidden />
              </IconButton>
            )}
          </>
        )
      }
    >
      <Body label={`The ${word}`}>
        {draft.conflict && row !== null && <Conflict mine={draft.document} load={() => load(noun, row.document.id)} onKeep={keepMine} onTake={takeTheirs} />}
        {told && (
          <p role="alert" className="mx-4 mt-4 rounded-lg border border-bad p-3 text-bad">
            {sentence(draft.fault)}
          </p>
        )}
        {children(draft, row === null)}
      </Body>
      {mayEdit && <SaveBar draft={draft} isNew={row === null} word={word} />}
      {row !== null && retiring && <Retire noun={noun} id={row.document.id} name={row.document.name} word={word} version={version ?? row.version} onClose={() => setRetiring(false)} onDone={() => void navigate({ to: list })} />}
    </Page>
  );
}
