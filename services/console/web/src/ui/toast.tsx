import { Toast as Base } from "@base-ui/react/toast";
import { X } from "lucide-react";

const SHOWN_MS = 6_000; // long enough to undo

const manager = Base.createToastManager();

/** Say that something was done, or was not; with `undo` it can be taken back for a while. */
export function toast(title: string, more: { detail?: string; bad?: boolean; undo?: () => void } = {}): void {
  const { undo } = more;
  const undone = () => {
    manager.close(id); // it can be undone once
    undo?.();
  };
  const id = manager.add({
    title,
    description: more.detail,
    type: more.bad ? "bad" : "ok",
    priority: more.bad ? "high" : "low",
    ...(undo && { actionProps: { children: "Undo", onClick: undone } }),
  });
}

export function Toasts() {
  return (
    <Base.Provider toastManager={manager} timeout={SHOWN_MS}>
      <Base.Portal>
        <Base.Viewport className="fixed right-4 bottom-4 z-[60] flex w-80 max-w-[calc(100vw-32px)] flex-col gap-2">
          <List />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function List() {
  return Base.useToastManager().toasts.map((one) => (
    <Base.Root key={one.id} toast={one} className="rounded-lg border border-line bg-panel p-3 text-text shadow-float data-ending-style:opacity-0">
      <Base.Content className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <Base.Title className={one.type === "bad" ? "font-medium text-bad" : "font-medium"} />
          <Base.Description className="mt-0.5 text-sm break-words text-muted" />
        </div>
        <Base.Action className="rounded-md px-1.5 font-medium text-accent hover:bg-raised" />
        <Base.Close aria-label="Close" className="rounded-md p-1 text-muted hover:bg-raised">
          <X size={14} aria-hidden />
        </Base.Close>
      </Base.Content>
    </Base.Root>
  ));
}
