import { createRouter } from "@tanstack/react-router";
import { Loading } from "@/ui/page";
import { agents } from "./agents";
import { auctions } from "./auctions";
import { buyers } from "./buyers";
import { call, calls } from "./calls";
import { live, overview } from "./overview";
import { campaigns } from "./campaigns";
import { help } from "./help";
import { reports } from "./reports";
import { numbers } from "./numbers";
import { flows } from "./flows";
import { portal } from "./portal";
import { root } from "./root";
import { rtb } from "./rtb";
import { settings } from "./settings";
import { tracking } from "./tracking";

/** All addresses of the application: one line for each. */
export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    live,
    calls,
    call,
    ...campaigns,
    ...flows,
    ...buyers,
    reports,
    ...numbers,
    ...rtb,
    ...auctions,
    help,
    ...settings,
    ...tracking,
    ...portal,
    ...agents,
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
