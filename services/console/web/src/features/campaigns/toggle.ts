import { sentence } from "@/api/errors";
import { save, type Row } from "@/api/records";
import { newId } from "@/lib/id";
import { toast } from "@/ui/toast";

/** Activate or pause; activation may be refused, and why is said: so it is not shown before. */
export async function toggle(row: Row<"campaigns">): Promise<void> {
  const status = row.document.status === "active" ? "paused" : "active";
  try {
    const kept = await save("campaigns", { ...row.document, status }, row.version, newId());
    toast(`${row.document.name} is ${status}`, { undo: () => void toggle(kept) });
  } catch (fault) {
    toast(status === "active" ? "It cannot be activated yet" : "It was not paused", { detail: sentence(fault), bad: true });
  }
}
