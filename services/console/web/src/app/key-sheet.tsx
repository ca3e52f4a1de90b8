import { useState } from "react";
import { useSession } from "@/api/session";
import { Dialog } from "@/ui/dialog";
import { Kbd } from "@/ui/page";
import { keysOfPage, keysOn, setKeysOn } from "./keys";
import { waysOf } from "./nav";

const SHEET: [string, string][] = [
  ["⌘K", "Search or jump"],
  ["/", "To the filter"],
  ["J K", "Next and previous row"],
  ["Enter", "Open the row beside the list"],
  ["O", "The whole page of what is beside the list"],
  ["[", "Fold the sidebar"],
  ["?", "These keys"],
];

/** All keys, and whether they work. */
export function KeySheet({ onClose }: { onClose: () => void }) {
  const [on, setOn] = useState(keysOn());
  const { who } = useSession();
  const pages = waysOf(who).flatMap(({ entries }) => entries.map((entry): [string, string] => [`G ${entry.key.toUpperCase()}`, entry.label]));
  return (
    <Dialog open onClose={onClose} title="Keys">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
        {[...keysOfPage(), ...SHEET, ...pages].map(([key, label]) => (
          <div key={key} className="contents">
            <dt>
              <Kbd>{key}</Kbd>
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
      <label className="mt-4 flex items-center gap-2">
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => {
            setKeysOn(event.target.checked);
            setOn(event.target.checked);
          }}
          className="size-4 accent-accent"
        />
        Single keys work in this browser
      </label>
    </Dialog>
  );
}
