import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { readCampaignSearch } from "@/features/campaigns/search";
import { root } from "./root";

const page = lazyRouteComponent(() => import("@/features/campaigns/campaign"), "CampaignPage");

export const campaigns = [
  createRoute({
    getParentRoute: () => root,
    path: "/campaigns",
    validateSearch: readCampaignSearch,
    component: lazyRouteComponent(() => import("@/features/campaigns/list"), "CampaignList"),
  }),
  createRoute({ getParentRoute: () => root, path: "/campaigns/new", component: page }),
  createRoute({ getParentRoute: () => root, path: "/campaigns/$id", component: page }),
] as const;
