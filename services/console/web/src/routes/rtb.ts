import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { readRtbSearch, readTabSearch } from "@/features/rtb/search";
import { root } from "./root";

const target = lazyRouteComponent(() => import("@/features/rtb/target"), "RtbTargetPage");
const router = lazyRouteComponent(() => import("@/features/rtb/router"), "RtbRouterPage");

export const rtb = [
  createRoute({
    getParentRoute: () => root,
    path: "/rtb",
    validateSearch: readRtbSearch,
    component: lazyRouteComponent(() => import("@/features/rtb/list"), "RtbList"),
  }),
  createRoute({ getParentRoute: () => root, path: "/rtb-targets/new", validateSearch: readTabSearch, component: target }),
  createRoute({ getParentRoute: () => root, path: "/rtb-targets/$id", validateSearch: readTabSearch, component: target }),
  createRoute({ getParentRoute: () => root, path: "/rtb-routers/new", component: router }),
  createRoute({ getParentRoute: () => root, path: "/rtb-routers/$id", component: router }),
] as const;
