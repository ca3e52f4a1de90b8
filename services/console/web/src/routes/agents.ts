import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { readAgentSearch } from "@/features/agents/search";
import { root } from "./root";

export const agents = [
  createRoute({ getParentRoute: () => root, path: "/desk", component: lazyRouteComponent(() => import("@/features/agents/desk"), "Desk") }),
  createRoute({ getParentRoute: () => root, path: "/agents", validateSearch: readAgentSearch, component: lazyRouteComponent(() => import("@/features/agents/list"), "AgentList") }),
  createRoute({ getParentRoute: () => root, path: "/agents/$id", component: lazyRouteComponent(() => import("@/features/agents/agent"), "AgentPage") }),
] as const;
