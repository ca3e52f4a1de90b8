import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { readReportSearch } from "@/features/reports/search";
import { root } from "./root";

export const reports = createRoute({
  getParentRoute: () => root,
  path: "/reports",
  validateSearch: readReportSearch,
  component: lazyRouteComponent(() => import("@/features/reports/page"), "Reports"),
});
