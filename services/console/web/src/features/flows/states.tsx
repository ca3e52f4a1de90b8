import { useNavigate } from "@tanstack/react-router";
import { EllipsisVertical } from "lucide-react";
import { api, basedOn, data, queries } from "@/api/client";
import { sentence } from "@/api/errors";
import { newId } from "@/lib/id";
import { IconButton } from "@/ui/button";
import { Menu, MenuItem, MenuLine } from "@/ui/menu";
import { toast } from "@/ui/toast";
import type { Saving } from "./saving";

/** What is done with a flow as a whole: paused, resumed, copied, archived. */
export function FlowMenu({ saving, onVersions, edits }: { saving: Saving; onVersions: () => void; edits: boolean }) {
  const navigate = useNavigate();
  const { id, name, state } = saving.row;
  const tried = async (what: () => Promise<void>) => {
    try {
      await what();
      void queries.invalidateQueries({ queryKey: ["flows"] });
    } catch (fault) {
      toast("It was not done", { detail: sentence(fault), bad: true });
    }
  };
  const become = (next: "published" | "paused" | "archived") =>
    tried(async () => {
      await api.PUT("/api/v1/flows/{id}/state", { params: { path: { id }, header: basedOn(saving.version()) as never }, body: { state: next } });
      await saving.refresh();
      toast(`${name} is ${next}`);
    });
  const copy = () =>
    tried(async () => {
      const made = await data(api.POST("/api/v1/flows/{id}/copies", { params: { path: { id } }, body: { name: `${name} (copy)` }, headers: { "Idempotency-Key": newId() } }));
      void navigate({ to: "/flows/$id", params: { id: made.row.id }, search: {} });
    });
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label="More">
          <EllipsisVertical size={15} aria-hidden />
        </IconButton>
      }
    >
      <MenuItem onChoose={onVersions}>Versions</MenuItem>
      {edits && (
        <>
          <MenuItem onChoose={() => void copy()}>Copy</MenuItem>
          <MenuLine />
          {state === "published" && <MenuItem onChoose={() => void become("paused")}>Pause: the plan takes its calls</MenuItem>}
          {state === "paused" && <MenuItem onChoose={() => void become("published")}>Resume</MenuItem>}
          {(state === "draft" || state === "paused") && (
            <MenuItem danger onChoose={() => void become("archived")}>
              Archive
            </MenuItem>
          )}
        </>
      )}
    </Menu>
  );
}
