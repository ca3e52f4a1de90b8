import { useSyncExternalStore } from "react";
import type { FlowDocument } from "./document";

const UNDO_MAX = 100; // documents share what has not changed: a step costs little
const TOGETHER_MS = 1_000; // typing in one field, or one drag, is one step

/** What is being edited: the document, what is chosen in it, and the steps back and forth. */
export interface Editing {
  document: FlowDocument;
  selected: readonly string[];
  past: readonly FlowDocument[];
  future: readonly FlowDocument[];
}

export type Store = ReturnType<typeof createStore>;

export function createStore(document: FlowDocument) {
  let now: Editing = { document, selected: [], past: [], future: [] };
  let [last, at] = ["", 0];
  const listeners = new Set<() => void>();
  const become = (next: Editing) => {
    now = next;
    listeners.forEach((listener) => listener());
  };
  const known = (ids: readonly string[], within: FlowDocument) => {
    const there = ids.filter((id) => within.nodes.some((node) => node.id === id));
    return there.length === ids.length ? ids : there;
  };
  return {
    get: () => now,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** Go on with another document; edits of one `together` that follow at once are one step. */
    edit(next: FlowDocument, together = "") {
      if (next === now.document) return;
      const joins = together !== "" && together === last && Date.now() - at < TOGETHER_MS;
      [last, at] = [together, Date.now()];
      become({ document: next, selected: known(now.selected, next), past: joins ? now.past : [...now.past, now.document].slice(-UNDO_MAX), future: [] });
    },
    undo() {
      const before = now.past.at(-1);
      if (!before) return;
      last = "";
      become({ document: before, selected: known(now.selected, before), past: now.past.slice(0, -1), future: [now.document, ...now.future] });
    },
    redo() {
      const [next, ...rest] = now.future;
      if (!next) return;
      last = "";
      become({ document: next, selected: known(now.selected, next), past: [...now.past, now.document], future: rest });
    },
    /** Another's document: there is nothing to go back to. */
    replace(next: FlowDocument) {
      become({ document: next, selected: known(now.selected, next), past: [], future: [] });
    },
    select(ids: readonly string[]) {
      if (ids.length === now.selected.length && ids.every((id, index) => id === now.selected[index])) return;
      become({ ...now, selected: ids });
    },
  };
}

export function useEditing<T>(store: Store, look: (editing: Editing) => T): T {
  return useSyncExternalStore(store.subscribe, () => look(store.get()));
}
