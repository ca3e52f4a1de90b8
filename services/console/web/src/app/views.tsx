import { useMutation } from "@tanstack/react-query";
import { Bookmark, X } from "lucide-react";
import { useState, type FormEvent } from "react";
import { fieldErrors, sentence } from "@/api/errors";
import { sameSearch } from "@/lib/search";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { columnsOf, setColumns, type Columns } from "@/ui/kept";
import { Menu, MenuItem, MenuLine } from "@/ui/menu";
import { forgetView, keepView, useViews, type View } from "./lists";

interface Props<S extends object> {
  /** The list, as its table is called. */
  list: string;
  /** What stands in its URL, without what is opened beside it. */
  search: S;
  onChoose: (search: S) => void;
}

/** A list's views: filters and columns that one keeps under a name. */
export function Views<S extends object>({ list, search, onChoose }: Props<S>) {
  const views = useViews(list);
  const [keeping, setKeeping] = useState(false);
  const now = views.find((view) => sameSearch(view.search ?? {}, search));
  const choose = (view: View) => {
    if (view.columns) setColumns(list, view.columns as Columns);
    onChoose((view.search ?? {}) as S);
  };
  return (
    <>
      <Menu
        trigger={
          <Button kind="quiet" aria-label={now ? `Views: ${now.name}` : "Views"}>
            <Bookmark size={14} aria-hidden /> <span className="max-w-40 truncate">{now?.name ?? "Views"}</span>
          </Button>
        }
      >
        {views.map((view) => (
          <MenuItem key={view.name} onChoose={() => choose(view)}>
            {view.name}
          </MenuItem>
        ))}
        {views.length > 0 && <MenuLine />}
        <MenuItem onChoose={() => setKeeping(true)}>Keep this view…</MenuItem>
      </Menu>
      {keeping && <Keep list={list} search={search} views={views} onClose={() => setKeeping(false)} />}
    </>
  );
}

function Keep<S extends object>({ list, search, views, onClose }: { list: string; search: S; views: readonly View[]; onClose: () => void }) {
  const [name, setName] = useState("");
  const keep = useMutation({ mutationFn: () => keepView(list, { name: name.trim(), search: search as View["search"], columns: columnsOf(list) }), onSuccess: onClose });
  const forget = useMutation({ mutationFn: (one: string) => forgetView(list, one) });
  const fault = keep.error ?? forget.error;
  const wrong = fieldErrors(fault)["name"];
  const send = (event: FormEvent) => {
    event.preventDefault();
    keep.mutate();
  };
  return (
    <Dialog open onClose={onClose} title={`Views of ${list}`} about="A view is this list with its filters and columns. Yours are yours alone, wherever you sign in.">
      <form onSubmit={send} className="grid gap-4">
        {fault && !wrong && (
          <p role="alert" className="text-bad">
            {sentence(fault)}
          </p>
        )}
        <TextField label="Keep what is shown as" required maxLength={60} autoFocus value={name} onChange={setName} error={wrong} help={views.some((view) => view.name === name.trim()) ? "It takes the place of the view of this name." : undefined} />
        {views.length > 0 && (
          <ul aria-label="Views that are kept" className="grid gap-1">
            {views.map((view) => (
              <li key={view.name} className="flex items-center gap-2">
                <span className="min-w-0 flex-1 truncate">{view.name}</span>
                <IconButton label={`Take away ${view.name}`} onClick={() => forget.mutate(view.name)}>
                  <X size={15} aria-hidden />
                </IconButton>
              </li>
            ))}
          </ul>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" kind="primary" busy={keep.isPending}>
            Keep it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
