import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import type { ComponentType } from "react";
import { useMay } from "@/api/session";
import { cn } from "@/lib/cn";
import { short } from "@/lib/search";
import { buttonLook } from "@/ui/button";
import { inView } from "@/ui/in-view";
import { Page } from "@/ui/page";
import { ConversionView } from "./conversions";
import { DeliveryView } from "./deliveries";
import { DisputeView } from "./disputes";
import { ParameterView } from "./parameters";
import { PixelView } from "./pixels";
import { PostbackView } from "./postbacks";
import { PublisherView } from "./publishers";
import { VIEWS, type TrackingSearch, type View } from "./search";
import { StatementView } from "./statements";
import { TagView } from "./tags";
import { VisitView } from "./visits";

export interface ViewProps {
  search: TrackingSearch;
  onChange: (more: Partial<TrackingSearch>) => void;
  /** Where something is filtered by: shows everything again. */
  onClear: (() => void) | undefined;
}

const CONTENT: Record<View, ComponentType<ViewProps>> = {
  tags: TagView,
  parameters: ParameterView,
  visits: VisitView,
  conversions: ConversionView,
  pixels: PixelView,
  deliveries: DeliveryView,
  postbacks: PostbackView,
  publishers: PublisherView,
  statements: StatementView,
  disputes: DisputeView,
};
const NEW: Partial<Record<View, { to: "/pixels/new" | "/publishers/new" | "/url-parameters/new"; label: string }>> = {
  parameters: { to: "/url-parameters/new", label: "New URL parameter" },
  pixels: { to: "/pixels/new", label: "New pixel" },
  publishers: { to: "/publishers/new", label: "New publisher" },
};

/** What brings calls and who is told of them, across all campaigns. */
export function Tracking() {
  const search = useSearch({ from: "/tracking" });
  const navigate = useNavigate();
  const mayEdit = useMay("edit");
  const { view = "tags", ...filters } = search;
  const change = (more: Partial<TrackingSearch>) => void navigate({ to: "/tracking", search: short({ ...search, ...more }), replace: true });
  const clear = Object.keys(filters).length > 0 ? () => void navigate({ to: "/tracking", search: { view }, replace: true }) : undefined;
  const made = NEW[view];
  const Content = CONTENT[view];
  return (
    <Page
      title="Tracking"
      actions={
        mayEdit &&
        made && (
          <Link to={made.to} className={buttonLook("primary")}>
            <Plus size={14} aria-hidden /> {made.label}
          </Link>
        )
      }
    >
      <nav aria-label="Parts of tracking" className="flex shrink-0 gap-1 overflow-x-auto border-b border-line px-3">
        {(Object.keys(VIEWS) as View[]).map((one) => (
          <Link key={one} to="/tracking" search={{ view: one }} ref={one === view ? inView : undefined} aria-current={one === view ? "page" : undefined} className={cn("-mb-px flex h-9 shrink-0 items-center border-b-2 px-2", one === view ? "border-accent" : "border-transparent text-muted hover:text-text")}>
            {VIEWS[one]}
          </Link>
        ))}
      </nav>
      <Content key={view} search={search} onChange={change} onClear={clear} />
    </Page>
  );
}
