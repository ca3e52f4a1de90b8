import { arranged, besidePort, freePlace } from "./arrange";
import { nodeOf, type FlowNode, type Place } from "./document";
import { added, changed, connected, copied, cut, moved, pasted, readPart, removed, renamed, type Port } from "./graph";
import type { Store } from "./store";

/** What can be done with a flow, from the canvas, the outline and the inspector alike. */
export type Actions = ReturnType<typeof createActions>;

const BESIDE = { x: 32, y: 48 };

export function createActions(store: Store) {
  const doc = () => store.get().document;
  const put = (part: ReturnType<typeof pasted>) => {
    store.edit(part.document);
    store.select(part.ids);
  };
  return {
    /** A new step: led to by a port, or at a place; its id. */
    add(type: string, from?: Port, place?: Place): string {
      const spot = place ? freePlace(doc(), place) : from ? besidePort(doc(), from.source, from.port) : freePlace(doc(), { x: 0, y: 0 });
      const made = added(doc(), type, spot, from);
      store.edit(made.document);
      store.select([made.id]);
      return made.id;
    },
    lead: (from: Port, target: string) => store.edit(connected(doc(), from, target)),
    cut: (from: Port) => store.edit(cut(doc(), from)),
    change: (node: FlowNode, field: string) => store.edit(changed(doc(), node), `${node.id} ${field}`),
    rename(id: string, to: string) {
      store.edit(renamed(doc(), id, to));
      store.select([to]);
    },
    begin: (id: string) => store.edit({ ...doc(), start: id }),
    /** Take the chosen steps away; what led to the first is chosen then. */
    remove(ids: readonly string[]): string | undefined {
      const before = doc().edges.find((wire) => ids.includes(wire.target) && !ids.includes(wire.source))?.source;
      const next = removed(doc(), ids);
      store.edit(next);
      const left = before && nodeOf(next, before) ? before : next.start;
      store.select([left]);
      return left;
    },
    move: (places: Record<string, Place>) => store.edit(moved(doc(), places), "drag"),
    nudge(ids: readonly string[], by: Place) {
      const places = ids.map((id): [string, Place] => [id, { x: (doc().layout[id]?.x ?? 0) + by.x, y: (doc().layout[id]?.y ?? 0) + by.y }]);
      store.edit(moved(doc(), Object.fromEntries(places)), "drag");
    },
    duplicate: (ids: readonly string[]) => ids.length > 0 && put(pasted(doc(), copied(doc(), ids), BESIDE)),
    tidy: () => store.edit(moved(doc(), arranged(doc()))),
    copy: (ids: readonly string[]): string => JSON.stringify(copied(doc(), ids), null, 2),
    paste(text: string): boolean {
      const part = readPart(text);
      if (part) put(pasted(doc(), part, BESIDE));
      return part !== null;
    },
  };
}
