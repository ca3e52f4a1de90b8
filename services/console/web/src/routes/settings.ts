import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { readSettingsSearch } from "@/features/settings/search";
import { root } from "./root";

const page = lazyRouteComponent(() => import("@/features/settings/page"), "Settings");

export const settings = [
  createRoute({ getParentRoute: () => root, path: "/settings", component: page }),
  createRoute({ getParentRoute: () => root, path: "/settings/$part", validateSearch: readSettingsSearch, component: page }),
] as const;
