import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { readTrackingSearch } from "@/features/tracking/search";
import { root } from "./root";

const pixel = lazyRouteComponent(() => import("@/features/tracking/pixel"), "PixelPage");
const parameter = lazyRouteComponent(() => import("@/features/tracking/parameter"), "ParameterPage");
const publisher = lazyRouteComponent(() => import("@/features/tracking/publisher"), "PublisherPage");

export const tracking = [
  createRoute({
    getParentRoute: () => root,
    path: "/tracking",
    validateSearch: readTrackingSearch,
    component: lazyRouteComponent(() => import("@/features/tracking/list"), "Tracking"),
  }),
  createRoute({ getParentRoute: () => root, path: "/visits/$id", component: lazyRouteComponent(() => import("@/features/tracking/visits"), "VisitPage") }),
  createRoute({ getParentRoute: () => root, path: "/pixels/new", component: pixel }),
  createRoute({ getParentRoute: () => root, path: "/pixels/$id", component: pixel }),
  createRoute({ getParentRoute: () => root, path: "/url-parameters/new", component: parameter }),
  createRoute({ getParentRoute: () => root, path: "/url-parameters/$id", component: parameter }),
  createRoute({ getParentRoute: () => root, path: "/publishers/new", component: publisher }),
  createRoute({ getParentRoute: () => root, path: "/publishers/$id", component: publisher }),
] as const;
