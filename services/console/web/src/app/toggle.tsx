import { queries } from "@/api/client";
import { sentence } from "@/api/errors";
import { withRow, type Pages } from "@/api/pages";
import { save, type Pausable, type Row } from "@/api/records";
import { useMay } from "@/api/session";
import { newId } from "@/lib/id";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";

const underWay = new Set<string>(); // ids: a click meanwhile would be based on what is being replaced

/**
 * Pause or resume: shown at once, taken back where it fails, and can be undone for a while.
 * Activating a campaign may be refused, and why is said: so it is not shown before.
 */
async function toggle<N extends Pausable>(noun: N, row: Row<N>): Promise<void> {
  const { id, name, status } = row.document;
  if (underWay.has(id)) return;
  underWay.add(id);
  const next = status === "active" ? "paused" : "active";
  const mayBeRefused = noun === "campaigns" && next === "active";
  const show = (one: Row<N>) => queries.setQueriesData({ queryKey: [noun, "list"] }, (before: Pages<Row<N>> | undefined) => withRow(before, one));
  const changed = { ...row.document, status: next };
  try {
    await queries.cancelQueries({ queryKey: [noun, "list"] }); // what is on its way is from before
    if (!mayBeRefused) show({ ...row, document: changed });
    const kept = await save(noun, changed, row.version, newId());
    show(kept); // with its version: the next click need not wait for the list
    toast(`${name} is ${next}`, { undo: () => void toggle(noun, kept) });
  } catch (fault) {
    show(row);
    void queries.invalidateQueries({ queryKey: [noun] }); // perhaps somebody else has changed it
    toast(mayBeRefused ? "It cannot be activated yet" : "It was not done", { detail: sentence(fault), bad: true });
  } finally {
    underWay.delete(id);
  }
}

/** The button of a row; who may not edit has none. */
export function Toggle<N extends Pausable>({ noun, row }: { noun: N; row: Row<N> }) {
  const mayEdit = useMay("edit");
  if (!mayEdit) return null;
  const word = row.document.status === "active" ? "Pause" : noun === "campaigns" ? "Activate" : "Resume";
  return (
    <Button kind="quiet" aria-label={`${word} ${row.document.name}`} onClick={() => void toggle(noun, row)}>
      {word}
    </Button>
  );
}
