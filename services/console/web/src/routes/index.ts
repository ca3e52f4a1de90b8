import { createRoute, createRouter, redirect } from "@tanstack/react-router";
import { Loading } from "@/ui/page";
import { call, calls } from "./calls";
import { root } from "./root";

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/calls" });
  },
});

/** All addresses of the application: one line for each. */
export const router = createRouter({
  routeTree: root.addChildren([
    home,
    calls,
    call,
  ]),
  basepath: "/console",
  defaultPendingComponent: Loading,
  defaultPreload: "intent",
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
