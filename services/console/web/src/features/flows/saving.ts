import { useCallback, useEffect, useRef, useState } from "react";
import { api, basedOn, data, type Schemas } from "@/api/client";
import { isProblem } from "@/api/errors";
import { read, type FlowDocument } from "./document";
import { placed } from "./arrange";
import { load, type Shown } from "./queries";
import type { Store } from "./store";

export type Finding = Schemas["FlowFinding"];

const STILL_MS = 800; // after the last edit the draft is kept
const AGAIN_MS = 5_000; // after it could not be, for want of a server

export const documentOf = (shown: Shown): FlowDocument => placed(read(shown.document));

/** Keeps the draft as it is edited, each edit based on the version before; tells what came of it. */
export function useSaving(store: Store, shown: Shown) {
  const [row, setRow] = useState(shown.row);
  const [findings, setFindings] = useState<readonly Finding[]>(shown.findings);
  const [state, setState] = useState<"kept" | "waiting" | "refused">("kept");
  const [fault, setFault] = useState<unknown>(null);
  const kept = useRef(store.get().document);
  const basis = useRef(shown.row.version);
  const sending = useRef<Promise<boolean> | null>(null);

  const take = useCallback((next: Shown) => {
    basis.current = next.row.version;
    setRow(next.row);
    setFindings(next.findings);
    setFault(null);
  }, []);

  /** Keep what there is; false where it was refused. */
  const save = useCallback(async (): Promise<boolean> => {
    while (sending.current) await sending.current;
    const sent = store.get().document;
    if (sent === kept.current) {
      setState("kept");
      return true;
    }
    sending.current = (async () => {
      try {
        const header = basedOn(basis.current) as never;
        take(await data(api.PUT("/api/v1/flows/{id}", { params: { path: { id: sent.id }, header }, body: sent as never })));
        kept.current = sent;
        setState(store.get().document === sent ? "kept" : "waiting");
        return true;
      } catch (no) {
        setFault(no);
        setState("refused");
        return false;
      } finally {
        sending.current = null;
      }
    })();
    return sending.current;
  }, [store, take]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const soon = () => {
      if (store.get().document === kept.current) return;
      setState("waiting");
      clearTimeout(timer);
      timer = setTimeout(() => void save(), STILL_MS);
    };
    const stop = store.subscribe(soon);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [store, save]);

  const conflict = isProblem(fault) && fault.code === "stale";
  const away = isProblem(fault) && fault.status === 0;
  useEffect(() => {
    if (!away) return;
    const timer = setTimeout(() => void save(), AGAIN_MS);
    return () => clearTimeout(timer);
  }, [away, fault, save]);
  useEffect(() => {
    if (state === "kept") return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [state]);

  /** Somebody else's draft in the place of ours. */
  const replace = useCallback(
    (theirs: Shown) => {
      const document = documentOf(theirs);
      kept.current = document;
      take(theirs);
      setState("kept");
      store.replace(document);
    },
    [store, take],
  );
  /** Ours in the place of theirs. */
  const keepOurs = useCallback(
    (theirs: { version: number }) => {
      basis.current = theirs.version;
      setFault(null);
      void save();
    },
    [save],
  );
  /** What happened to the flow beside its draft: published, paused. */
  const follow = useCallback(
    (next: Shown) => {
      if (next.row.version <= basis.current) return;
      if (store.get().document === kept.current && !sending.current) replace(next);
    },
    [replace, store],
  );
  /** Look again at what an action here has made of the flow; its draft is as we left it. */
  const refresh = useCallback(async () => take(await load(store.get().document.id)), [store, take]);
  return { row, findings, state, fault, conflict, save, replace, keepOurs, follow, refresh, version: () => basis.current };
}

export type Saving = ReturnType<typeof useSaving>;
