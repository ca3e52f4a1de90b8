import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { readHelpSearch } from "@/features/help/search";
import { root } from "./root";

export const help = createRoute({
  getParentRoute: () => root,
  path: "/help",
  validateSearch: readHelpSearch,
  component: lazyRouteComponent(() => import("@/features/help/page"), "Help"),
});
