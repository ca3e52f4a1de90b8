import { ArrowUp, Columns3 } from "lucide-react";
import { IconButton } from "./button";
import { Menu, MenuCheck, MenuItem, MenuLine } from "./menu";
import type { useKept } from "./kept";
import type { Column } from "./table";

/** Chooses columns and their order, by mouse and by keys. */
export function ColumnPicker<Row>({ columns, kept }: { name: string; columns: readonly Column<Row>[]; kept: ReturnType<typeof useKept<Row>> }) {
  const heads = new Map(columns.map((column) => [column.id, column.head]));
  const up = (id: string) => {
    const at = kept.order.indexOf(id);
    const order = kept.order.filter((one) => one !== id);
    order.splice(Math.max(0, at - 1), 0, id);
    kept.setOrder(order);
  };
  return (
    <div className="absolute top-0.5 right-1 z-20 bg-panel">
      <Menu
        align="end"
        trigger={
          <IconButton label="Columns">
            <Columns3 size={15} aria-hidden />
          </IconButton>
        }
      >
        {kept.order.map((id) => (
          <div key={id} className="flex items-center">
            <div className="flex-1">
              <MenuCheck checked={kept.visibility[id] ?? true} onChange={(checked) => kept.setVisibility({ ...kept.visibility, [id]: checked })}>
                {heads.get(id)}
              </MenuCheck>
            </div>
            <button type="button" aria-label={`Move ${heads.get(id)} to the left`} onClick={() => up(id)} className="rounded-md p-1.5 text-muted hover:bg-raised">
              <ArrowUp size={13} aria-hidden />
            </button>
          </div>
        ))}
        <MenuLine />
        <MenuItem onChoose={kept.reset}>As they were</MenuItem>
      </Menu>
    </div>
  );
}
