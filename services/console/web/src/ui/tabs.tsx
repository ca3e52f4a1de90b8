import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";

export interface Tab {
  id: string;
  label: string;
  content: ReactNode;
}

/** Parts of one thing; which is open belongs into the URL: `value` and `onChange`. */
export function Tabs({ tabs, value, onChange }: { tabs: Tab[]; value: string; onChange: (id: string) => void }) {
  return (
    <Base.Root value={value} onValueChange={(id) => onChange(String(id))} className="flex min-h-0 flex-1 flex-col">
      <Base.List className="flex shrink-0 gap-1 overflow-x-auto border-b border-line px-3">
        {tabs.map((tab) => (
          <Base.Tab key={tab.id} value={tab.id} className="-mb-px h-9 shrink-0 border-b-2 border-transparent px-2 text-muted hover:text-text data-active:border-accent data-active:text-text">
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel key={tab.id} value={tab.id} className="min-h-0 flex-1 overflow-auto outline-offset-[-2px]">
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
