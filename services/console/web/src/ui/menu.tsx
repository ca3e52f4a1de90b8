import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { cn } from "@/lib/cn";

const POPUP = "max-h-[min(420px,var(--available-height))] min-w-44 overflow-auto rounded-lg border border-line bg-panel p-1 shadow-float outline-none";
const ITEM = "flex min-h-7 items-center gap-2 rounded-md px-2 py-0.5 text-base select-none outline-none data-highlighted:bg-raised data-disabled:opacity-50 pointer-coarse:min-h-10";

/** A button (`trigger`) that opens a list of things to do or to choose. */
export function Menu({ trigger, children, align = "start" }: { trigger: ReactElement; children: ReactNode; align?: "start" | "end" }) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align={align} className="z-50 outline-none">
          <Base.Popup className={POPUP}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export function MenuItem({ onChoose, danger, disabled, hint, children }: { onChoose: () => void; danger?: boolean; disabled?: boolean; hint?: ReactNode; children: ReactNode }) {
  return (
    <Base.Item onClick={onChoose} disabled={disabled} className={cn(ITEM, danger && "text-bad")}>
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {hint}
    </Base.Item>
  );
}

/** One of several that may hold at once: the list stays open. */
export function MenuCheck({ checked, onChange, children }: { checked: boolean; onChange: (checked: boolean) => void; children: ReactNode }) {
  return (
    <Base.CheckboxItem checked={checked} onCheckedChange={onChange} closeOnClick={false} className={ITEM}>
      <span className="flex size-4 items-center justify-center rounded-sm border border-line-strong">
        <Base.CheckboxItemIndicator>
          <Check size={12} aria-hidden />
        </Base.CheckboxItemIndicator>
      </span>
      <span className="min-w-0 flex-1 truncate">{children}</span>
    </Base.CheckboxItem>
  );
}

export const MenuLine = () => <Base.Separator className="my-1 h-px bg-line" />;
