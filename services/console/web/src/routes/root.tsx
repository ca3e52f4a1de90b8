import { createRootRoute, Navigate, useMatches } from "@tanstack/react-router";
import { useIsAgent, usePortal } from "@/api/session";
import { Failed } from "@/app/failed";
import { PortalShell, WAYS } from "@/app/portal-shell";
import { Shell } from "@/app/shell";
import { Empty, Page } from "@/ui/page";

const DESK = /^\/(desk|settings|help)/; // what somebody finds who is an agent and nothing more

/** People of a buyer or publisher have a frame and pages of their own; others have no use for these. */
function Frame() {
  const portal = usePortal();
  const isAgent = useIsAgent();
  // By what is shown, not by the address: that is a moment ahead while a page is loaded.
  const shown = useMatches({ select: (matches) => matches.at(-1)?.routeId ?? "" });
  if (portal) return WAYS[portal].some(([way]) => way === shown) ? <PortalShell portal={portal} /> : <Navigate to="/portal" replace />;
  if (isAgent && !DESK.test(shown)) return <Navigate to="/desk" replace />;
  return shown.startsWith("/portal") ? <Navigate to="/" replace /> : <Shell />;
}

export const root = createRootRoute({
  component: Frame,
  errorComponent: ({ error, reset }) => <Failed fault={error} retry={reset} />,
  notFoundComponent: () => (
    <Page title="Not here">
      <Empty title="There is no such page">The address is wrong, or what it named is gone.</Empty>
    </Page>
  ),
});
