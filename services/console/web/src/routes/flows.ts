import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { ahead } from "@/features/flows/queries";
import { readEditorSearch, readFlowSearch } from "@/features/flows/search";
import { root } from "./root";

export const flows = [
  createRoute({
    getParentRoute: () => root,
    path: "/flows",
    validateSearch: readFlowSearch,
    component: lazyRouteComponent(() => import("@/features/flows/list"), "FlowList"),
  }),
  createRoute({ getParentRoute: () => root, path: "/flows/new", component: lazyRouteComponent(() => import("@/features/flows/new"), "NewFlow") }),
  createRoute({
    getParentRoute: () => root,
    path: "/flows/$id",
    validateSearch: readEditorSearch,
    loader: ({ params }) => ahead(params.id),
    component: lazyRouteComponent(() => import("@/features/flows/editor"), "FlowPage"),
  }),
] as const;
