import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { readBuyerSearch, readTargetSearch } from "@/features/buyers/search";
import { root } from "./root";

const list = createRoute({
  getParentRoute: () => root,
  path: "/buyers",
  validateSearch: readBuyerSearch,
  component: lazyRouteComponent(() => import("@/features/buyers/list"), "BuyerList"),
});

const buyer = lazyRouteComponent(() => import("@/features/buyers/buyer"), "BuyerPage");
const target = lazyRouteComponent(() => import("@/features/buyers/target"), "TargetPage");
const group = lazyRouteComponent(() => import("@/features/buyers/group"), "GroupPage");

export const buyers = [
  list,
  createRoute({ getParentRoute: () => root, path: "/buyers/new", component: buyer }),
  createRoute({ getParentRoute: () => root, path: "/buyers/$id", component: buyer }),
  createRoute({ getParentRoute: () => root, path: "/targets/new", validateSearch: readTargetSearch, component: target }),
  createRoute({ getParentRoute: () => root, path: "/targets/$id", component: target }),
  createRoute({ getParentRoute: () => root, path: "/groups/new", component: group }),
  createRoute({ getParentRoute: () => root, path: "/groups/$id", component: group }),
] as const;
