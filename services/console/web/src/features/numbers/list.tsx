import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { standingOf } from "@/api/place";
import { useMay } from "@/api/session";
import { all } from "@/api/pages";
import { Export } from "@/app/export";
import { cn } from "@/lib/cn";
import { short } from "@/lib/search";
import { buttonLook } from "@/ui/button";
import { Page } from "@/ui/page";
import { Numbers } from "./numbers";
import { Pools } from "./pools";
import { Purchases } from "./purchases";
import { found } from "./queries";
import { VIEWS, type View } from "./search";

/** Numbers of the account, pools of them, and what was ordered. */
export function NumberList() {
  const search = useSearch({ from: "/numbers" });
  const navigate = useNavigate();
  const mayEdit = useMay("edit");
  const { view = "numbers", open: _open, ...chosen } = search;
  const change = (more: Partial<typeof search>) => void navigate({ to: "/numbers", search: short({ ...search, ...more }), replace: true });
  return (
    <Page
      title="Numbers & pools"
      actions={
        <>
          {view === "numbers" && (
            <Export
              name="numbers"
              rows={() => all((at) => found(chosen, at))}
              columns={[
                ["number", ({ document }) => document.number],
                ["serves", standingOf],
                ["account_sid", ({ document }) => document.account_sid],
                ["at_the_carrier", ({ standing }) => standing?.setup?.state],
                ["id", ({ document }) => document.id],
              ]}
            />
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
