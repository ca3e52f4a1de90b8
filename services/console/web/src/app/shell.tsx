import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { Menu as MenuIcon, PanelLeft, Phone, Search } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { listen, useLine } from "@/api/live";
import { useIsAgent, useSession } from "@/api/session";
import { cn } from "@/lib/cn";
import { clock } from "@/lib/time";
import { IconButton } from "@/ui/button";
import { Kbd } from "@/ui/page";
import { useKeys } from "./keys";
import { waysOf } from "./nav";

// What floats is loaded after the page itself.
const AccountMenu = lazy(() => import("./account-menu").then((all) => ({ default: all.AccountMenu })));
const Palette = lazy(() => import("./palette").then((all) => ({ default: all.Palette })));
const KeySheet = lazy(() => import("./key-sheet").then((all) => ({ default: all.KeySheet })));
const SignInAgain = lazy(() => import("./sign-in-again").then((all) => ({ default: all.SignInAgain })));

/** The frame around every page: ways to go, the keys, the line to the server. */
export function Shell() {
  const [narrow, setNarrow] = useState(false);
  const [drawn, setDrawn] = useState(false);
  const [searching, setSearching] = useState(false);
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const { who } = useSession();
  const isAgent = useIsAgent();
  useEffect(() => listen(isAgent ? "/api/v1/agents/me/live" : "/api/v1/live"), [isAgent]);
  useKeys({
    "mod+k": () => setSearching(true),
    "[": () => setNarrow(!narrow),
    "/": () => document.querySelector<HTMLElement>("[data-filter]")?.focus(),
    "?": () => setAsking(true),
    ...Object.fromEntries(waysOf(who).flatMap(({ entries }) => entries.map((entry) => [`g ${entry.key}`, () => void navigate({ to: entry.to })]))),
    g: () => undefined,
  });
  return (
    <div className="flex h-full">
      <a href="#page" className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-accent focus:p-2 focus:text-on-accent">
        Skip to the page
      </a>
      <aside
        className={cn(
          "fixed inset-y-0 left-0 z-30 w-52 shrink-0 flex-col border-r border-line bg-bg md:static md:flex",
          drawn ? "flex" : "hidden",
          narrow && "md:w-12",
        )}
        onClick={() => setDrawn(false)}
      >
        <div className="flex h-11 items-center gap-2 px-3">
          <span aria-hidden className="flex size-5 items-center justify-center rounded-sm bg-accent text-on-accent">
            <Phone size={12} />
          </span>
          <span className={cn("flex-1 truncate font-semibold", narrow && "md:sr-only")}>CallCenter Pro</span>
          {!narrow && (
            <IconButton label="Fold the sidebar ( [ )" onClick={() => setNarrow(true)} className="hidden md:inline-flex">
              <PanelLeft size={15} aria-hidden />
            </IconButton>
          )}
        </div>
        <button type="button" onClick={() => setSearching(true)} className="control mx-2 mb-2 flex items-center gap-2 text-muted">
          <Search size={14} aria-hidden className="shrink-0" />
          <span className={cn("flex-1 truncate text-left", narrow && "md:sr-only")}>Search or jump</span>
          <span aria-hidden className={cn(narrow && "md:hidden")}>
            <Kbd>⌘K</Kbd>
          </span>
        </button>
        <Ways narrow={narrow} />
        <div className="min-h-17 border-t border-line p-2">
          <LineState narrow={narrow} />
          <Suspense>
            <AccountMenu narrow={narrow} />
          </Suspense>
        </div>
      </aside>
      <main id="page" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none">
        <div className="flex h-11 shrink-0 items-center gap-2 border-b border-line bg-bg px-2 md:hidden">
          <IconButton label="Ways" onClick={() => setDrawn(true)}>
            <MenuIcon size={18} aria-hidden />
          </IconButton>
          <span className="font-semibold">CallCenter Pro</span>
        </div>
        <div className="min-h-0 flex-1">
          <Outlet />
        </div>
      </main>
      <Suspense>
        {searching && <Palette onClose={() => setSearching(false)} />}
        {asking && <KeySheet onClose={() => setAsking(false)} />}
        <SignInAgain />
      </Suspense>
    </div>
  );
}

function Ways({ narrow }: { narrow: boolean }) {
  const { who } = useSession();
  return (
    <nav aria-label="Pages" className="min-h-0 flex-1 overflow-auto px-2">
      {waysOf(who).map(({ group, entries }) => (
        <section key={group} aria-label={group} className="mb-3">
          <h2 className={cn("px-2 py-1 text-xs text-muted", narrow && "md:sr-only")}>{group}</h2>
          {entries.map((entry) => (
            <Link
              key={entry.to}
              to={entry.to}
              title={`${entry.label} (G ${entry.key.toUpperCase()})`}
              className="flex h-7 items-center gap-2 rounded-md px-2 text-muted hover:bg-raised hover:text-text pointer-coarse:h-10"
              activeOptions={{ exact: entry.to === "/" }}
              activeProps={{ className: "bg-raised text-text", "aria-current": "page" }}
            >
              <entry.icon size={15} aria-hidden className="shrink-0" />
              <span className={cn("truncate", narrow && "md:sr-only")}>{entry.label}</span>
            </Link>
          ))}
        </section>
      ))}
    </nav>
  );
}

const TONES = { live: "bg-ok", connecting: "bg-faint", reconnecting: "bg-warn" };

/** Whether the page hears what happens; said once when that changes. */
function LineState({ narrow }: { narrow: boolean }) {
  const line = useLine();
  const text = { live: "Live", connecting: "Connecting", reconnecting: `Offline since ${clock(new Date(line.since)).slice(0, 5)}` }[line.state];
  return (
    <p role="status" title={text} className="flex h-6 items-center gap-2 px-2 text-sm text-muted">
      <span aria-hidden className={cn("size-2 shrink-0 rounded-full", TONES[line.state])} />
      <span className={cn("truncate", narrow && "md:sr-only")}>{text}</span>
    </p>
  );
}
