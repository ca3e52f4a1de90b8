import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { readAddSearch, readNumberSearch } from "@/features/numbers/search";
import { root } from "./root";

const pool = lazyRouteComponent(() => import("@/features/numbers/pool"), "PoolPage");

export const numbers = [
  createRoute({
    getParentRoute: () => root,
    path: "/numbers",
    validateSearch: readNumberSearch,
    component: lazyRouteComponent(() => import("@/features/numbers/list"), "NumberList"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/numbers/add",
    validateSearch: readAddSearch,
    component: lazyRouteComponent(() => import("@/features/numbers/add"), "AddNumbers"),
  }),
  createRoute({ getParentRoute: () => root, path: "/pools/new", component: pool }),
  createRoute({ getParentRoute: () => root, path: "/pools/$id", component: pool }),
] as const;
