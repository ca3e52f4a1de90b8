import { Link, useParams } from "@tanstack/react-router";
import { lazy, Suspense, type ComponentType } from "react";
import { useSession, type Right } from "@/api/session";
import { cn } from "@/lib/cn";
import { inView } from "@/ui/in-view";
import { Empty, Loading, Page } from "@/ui/page";

interface Part {
  id: string;
  label: string;
  right: Right;
  content: ComponentType;
}

const part = (id: string, label: string, right: Right, load: () => Promise<ComponentType>): Part => ({ id, label, right, content: lazy(async () => ({ default: await load() })) });

/** What can be set, in the order of the menu. */
const PARTS: readonly Part[] = [
  part("organisation", "Organisation", "look", async () => (await import("./organisation")).Organisation),
  part("people", "People", "people", async () => (await import("./people")).People),
  part("keys", "API keys", "people", async () => (await import("./keys")).ApiKeys),
  part("calls", "Calls", "look", async () => (await import("./calls")).CallDefaults),
  part("recordings", "Recordings", "look", async () => (await import("./kept-calls")).KeptCalls),
  part("erasures", "Forget a caller", "people", async () => (await import("./erasures")).Erasures),
  part("carrier", "Carrier", "look", async () => (await import("./carrier")).Carriers),
  part("configuration", "Configuration as code", "edit", async () => (await import("./code")).ConfigurationAsCode),
  part("audit", "Audit log", "look", async () => (await import("./audit")).AuditLog),
  part("sign-in", "My sign-in", "self", async () => (await import("./sign-in")).MySignIn),
  part("appearance", "Appearance", "self", async () => (await import("./appearance")).Appearance),
  part("system", "System", "self", async () => (await import("./system")).System),
];

/** All settings: those of the account, and one's own. */
export function Settings() {
  const { part: asked } = useParams({ strict: false });
  const { who } = useSession();
  const mine = PARTS.filter((one) => who?.rights.includes(one.right));
  const open = asked === undefined ? mine[0] : mine.find((one) => one.id === asked);
  return (
    <Page title={open?.label ?? "Settings"} above={<Link to="/settings" className="hover:text-text">Settings</Link>}>
      <div className="flex min-h-0 flex-1 flex-col md:flex-row">
        <nav aria-label="Settings" className="flex shrink-0 gap-1 overflow-x-auto border-b border-line p-2 md:w-48 md:flex-col md:border-r md:border-b-0">
          {mine.map((one) => (
            <Link key={one.id} to="/settings/$part" params={{ part: one.id }} ref={one === open ? inView : undefined} aria-current={one === open ? "page" : undefined} className={cn("flex h-7 shrink-0 items-center rounded-md px-2 pointer-coarse:h-10", one === open ? "bg-raised" : "text-muted hover:bg-raised hover:text-text")}>
              {one.label}
            </Link>
          ))}
        </nav>
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          {open ? (
            <Suspense fallback={<Loading />}>
              <open.content key={open.id} />
            </Suspense>
          ) : (
            <Empty title="There is no such setting">The address is wrong, or it is not yours to set.</Empty>
          )}
        </div>
      </div>
    </Page>
  );
}
