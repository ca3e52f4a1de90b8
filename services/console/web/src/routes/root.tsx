import { createRootRoute } from "@tanstack/react-router";
import { Failed } from "@/app/failed";
import { Shell } from "@/app/shell";
import { Empty, Page } from "@/ui/page";

export const root = createRootRoute({
  component: Shell,
  errorComponent: ({ error, reset }) => <Failed fault={error} retry={reset} />,
  notFoundComponent: () => (
    <Page title="Not here">
      <Empty title="There is no such page">The address is wrong, or what it named is gone.</Empty>
    </Page>
  ),
});
