import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Download, Plus } from "lucide-react";
import { useMay } from "@/api/session";
import { cn } from "@/lib/cn";
import { short } from "@/lib/search";
import { buttonLook } from "@/ui/button";
import { Page } from "@/ui/page";
import { Numbers } from "./numbers";
import { Pools } from "./pools";
import { Purchases } from "./purchases";
import { VIEWS, type View } from "./search";

/** Numbers of the account, pools of them, and what was ordered. */
export function NumberList() {
  const search = useSearch({ from: "/numbers" });
  const navigate = useNavigate();
  const mayEdit = useMay("edit");
  const mayExport = useMay("export");
  const view = search.view ?? "numbers";
  const change = (more: Partial<typeof search>) => void navigate({ to: "/numbers", search: short({ ...search, ...more }), replace: true });
  return (
    <Page
      title="Numbers & pools"
      actions={
        <>
          {view === "numbers" && mayExport && (
            <a href={`/api/v1/numbers/csv?${new URLSearchParams({ order: "name", ...short({ contains: search.contains, status: search.status }) }).toString()}`} download className={buttonLook()}>
              <Download size={14} aria-hidden /> Export
            </a>
          )}
          {mayEdit && view === "pools" && (
            <Link to="/pools/new" className={buttonLook("primary")}>
              <Plus size={14} aria-hidden /> New pool
            </Link>
          )}
          {mayEdit && view !== "pools" && (
            <Link to="/numbers/add" search={{}} className={buttonLook("primary")}>
              <Plus size={14} aria-hidden /> Add numbers
            </Link>
          )}
        </>
      }
    >
      <nav aria-label="Numbers, pools and purchases" className="flex gap-1 border-b border-line px-3">
        {(Object.keys(VIEWS) as View[]).map((one) => (
          <Link key={one} to="/numbers" search={one === "numbers" ? {} : { view: one }} aria-current={one === view ? "page" : undefined} className={cn("-mb-px flex h-9 items-center border-b-2 px-2", one === view ? "border-accent" : "border-transparent text-muted hover:text-text")}>
            {VIEWS[one]}
          </Link>
        ))}
      </nav>
      {view === "numbers" && <Numbers search={search} change={change} />}
      {view === "pools" && <Pools search={search} change={change} />}
      {view === "purchases" && <Purchases />}
    </Page>
  );
}
