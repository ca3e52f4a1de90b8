import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "./root";

export const portal = [
  createRoute({ getParentRoute: () => root, path: "/portal", component: lazyRouteComponent(() => import("@/features/portal/calls"), "OwnCalls") }),
  createRoute({ getParentRoute: () => root, path: "/portal/targets", component: lazyRouteComponent(() => import("@/features/portal/targets"), "OwnTargets") }),
  createRoute({ getParentRoute: () => root, path: "/portal/sources", component: lazyRouteComponent(() => import("@/features/portal/sources"), "OwnSources") }),
  createRoute({ getParentRoute: () => root, path: "/portal/statement", component: lazyRouteComponent(() => import("@/features/portal/statement"), "OwnStatement") }),
  createRoute({ getParentRoute: () => root, path: "/portal/report", component: lazyRouteComponent(() => import("@/features/portal/report"), "OwnReport") }),
  createRoute({ getParentRoute: () => root, path: "/portal/help", component: lazyRouteComponent(() => import("@/features/help/page"), "Help") }),
  createRoute({ getParentRoute: () => root, path: "/portal/sign-in", component: lazyRouteComponent(() => import("@/features/settings/sign-in"), "MySignInPage") }),
] as const;
