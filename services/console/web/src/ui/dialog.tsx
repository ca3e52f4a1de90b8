import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useEffect, useRef, type KeyboardEventHandler, type ReactNode } from "react";
import { cn } from "@/lib/cn";

interface Props {
  open: boolean;
  onClose?: () => void;
  title: string;
  about?: ReactNode;
  children: ReactNode;
  wide?: boolean;
}

const BACKDROP = "fixed inset-0 z-40 bg-shade transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0";

/**
 * A question that must be answered first.  Escape waves it away, a stray click does not: nothing that
 * was typed is lost.  Without `onClose` it stays.
 */
export function Dialog({ open, onClose, title, about, children, wide = false }: Props) {
  return (
    <Base.Root open={open} onOpenChange={(next, { reason }) => next || reason === "focus-out" || onClose?.()} disablePointerDismissal>
      <Base.Portal>
        <Base.Backdrop className={BACKDROP} />
        <Base.Popup className={cn("fixed top-[12vh] left-1/2 z-50 max-h-[80vh] w-[calc(100vw-32px)] -translate-x-1/2 overflow-auto rounded-lg border border-line bg-panel p-4 shadow-float outline-none", wide ? "max-w-2xl" : "max-w-md")}>
          <Base.Title className="text-lg font-semibold">{title}</Base.Title>
          {about && <Base.Description className="mt-1 text-muted">{about}</Base.Description>}
          <div className="mt-4">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** One record beside its list: the list stays where it is. */
export function Peek({ open, onClose, title, actions, record, onKeyDown, children }: Omit<Props, "wide" | "about" | "onClose"> & { onClose: () => void; actions?: ReactNode; /** Which one is shown: the keyboard stays with it when it is another. */ record?: string | undefined; onKeyDown?: KeyboardEventHandler }) {
  const popup = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (record !== undefined) popup.current?.focus();
  }, [record]);
  return (
    <Base.Root open={open} onOpenChange={(next) => next || onClose()} modal={false} disablePointerDismissal>
      <Base.Portal>
        <Base.Popup
          ref={popup}
          initialFocus={popup}
          finalFocus={() => document.querySelector<HTMLElement>('tr[tabindex="0"]') ?? true}
          onKeyDown={onKeyDown}
          className="fixed top-0 right-0 bottom-0 z-30 flex w-[480px] max-w-full flex-col border-l border-line bg-panel shadow-float transition-transform duration-150 outline-none data-ending-style:translate-x-full data-starting-style:translate-x-full"
        >
          <div className="flex h-11 shrink-0 items-center gap-2 border-b border-line px-4">
            <Base.Title className="min-w-0 flex-1 truncate font-semibold">{title}</Base.Title>
            {actions}
            <Base.Close aria-label="Close" className="inline-flex size-7 items-center justify-center rounded-md text-muted hover:bg-raised">
              <X size={16} aria-hidden />
            </Base.Close>
          </div>
          <div className="min-h-0 flex-1 overflow-auto p-4">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
