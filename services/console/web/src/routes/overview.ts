import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "./root";

export const overview = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("@/features/overview/page"), "Overview"),
});

export const live = createRoute({
  getParentRoute: () => root,
  path: "/live",
  component: lazyRouteComponent(() => import("@/features/live/page"), "LiveCalls"),
});
