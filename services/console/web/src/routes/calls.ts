import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { readCallSearch } from "@/features/calls/search";
import { root } from "./root";

export const calls = createRoute({
  getParentRoute: () => root,
  path: "/calls",
  validateSearch: readCallSearch,
  component: lazyRouteComponent(() => import("@/features/calls/list"), "CallList"),
});

export const call = createRoute({
  getParentRoute: () => root,
  path: "/calls/$callId",
  component: lazyRouteComponent(() => import("@/features/calls/detail"), "CallPage"),
});
