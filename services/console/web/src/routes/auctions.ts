import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { readAuctionSearch } from "@/features/auctions/search";
import { root } from "./root";

export const auctions = [
  createRoute({
    getParentRoute: () => root,
    path: "/auctions",
    validateSearch: readAuctionSearch,
    component: lazyRouteComponent(() => import("@/features/auctions/list"), "AuctionList"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/auctions/$auctionId",
    component: lazyRouteComponent(() => import("@/features/auctions/detail"), "AuctionPage"),
  }),
] as const;
