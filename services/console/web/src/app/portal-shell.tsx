import { Link, Outlet } from "@tanstack/react-router";
import { Phone } from "lucide-react";
import { lazy, Suspense } from "react";

const AccountMenu = lazy(() => import("./account-menu").then((all) => ({ default: all.AccountMenu })));
const SignInAgain = lazy(() => import("./sign-in-again").then((all) => ({ default: all.SignInAgain })));

/** Of whatever side they are. */
const OWN = [
  ["/portal/help", "Help"],
  ["/portal/sign-in", "My sign-in"],
] as const;

/** The pages of each side. */
export const WAYS = {
  buyer: [
    ["/portal", "Calls"],
    ["/portal/targets", "Targets"],
    ["/portal/report", "Report"],
    ["/portal/statement", "Statement"],
    ...OWN,
  ],
  publisher: [
    ["/portal", "Calls"],
    ["/portal/sources", "Tags and numbers"],
    ["/portal/report", "Report"],
    ["/portal/statement", "Statement"],
    ...OWN,
  ],
} as const;

/** The frame for people of one buyer or publisher: their pages, and no others. */
export function PortalShell({ portal }: { portal: keyof typeof WAYS }) {
  const ways = WAYS[portal];
  return (
    <div className="flex h-full flex-col">
      <a href="#page" className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-accent focus:p-2 focus:text-on-accent">
        Skip to the page
      </a>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-bg px-4 py-1">
        <span aria-hidden className="flex size-5 items-center justify-center rounded-sm bg-accent text-on-accent">
          <Phone size={12} />
        </span>
        <nav aria-label="Pages" className="flex gap-1 overflow-x-auto max-md:order-last max-md:w-full md:flex-1">
          {ways.map(([to, label]) => (
            <Link
              key={to}
              to={to}
              className="flex h-7 shrink-0 items-center rounded-md px-2 text-muted hover:bg-raised hover:text-text pointer-coarse:h-10"
              activeOptions={{ exact: to === "/portal" }}
              activeProps={{ className: "bg-raised text-text", "aria-current": "page" }}
            >
              {label}
            </Link>
          ))}
        </nav>
        <div className="ml-auto w-52 max-w-full">
          <Suspense>
            <AccountMenu narrow={false} />
          </Suspense>
        </div>
      </div>
      <main id="page" tabIndex={-1} className="min-h-0 flex-1 outline-none">
        <Outlet />
      </main>
      <Suspense>
        <SignInAgain />
      </Suspense>
    </div>
  );
}
