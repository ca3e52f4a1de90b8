import { Button } from "@/ui/button";
import { Kbd } from "@/ui/page";
import { useKeys } from "./keys";

interface Saved {
  dirty: boolean;
  busy: boolean;
  submit: () => Promise<boolean>;
  reset: () => void;
}

/** Below a form as long as something is not saved. */
export function SaveBar({ draft, isNew, word }: { draft: Saved; isNew: boolean; word: string }) {
  useKeys({ "mod+s": () => void draft.submit() });
  if (!draft.dirty && !isNew) return null;
  return (
    <div role="region" aria-label="Unsaved changes" className="flex shrink-0 flex-wrap items-center gap-3 border-t border-line bg-bg px-4 py-2">
      <p className="flex-1 text-muted">{isNew ? `Nothing is kept before the ${word} is made.` : "Unsaved changes"}</p>
      {draft.dirty && <Button onClick={() => draft.reset()}>Discard</Button>}
      <Button kind="primary" busy={draft.busy} onClick={() => void draft.submit()}>
        {isNew ? `Make the ${word}` : "Save"}
        <span aria-hidden>
          <Kbd>⌘S</Kbd>
        </span>
      </Button>
    </div>
  );
}
