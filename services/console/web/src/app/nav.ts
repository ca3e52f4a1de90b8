import { ChartLine, Gavel, Hash, Headphones, Headset, LayoutDashboard, Megaphone, PhoneCall, Radio, Scale, Users, Workflow, type LucideIcon } from "lucide-react";
import type { Right, SignedIn } from "@/api/session";
import { CircleHelp, Settings, Waypoints } from "lucide-react";

export interface Entry {
  to: string;
  label: string;
  icon: LucideIcon;
  /** The second key after G. */
  key: string;
  right: Right;
  /** For this role alone. */
  role?: SignedIn["role"];
}

/** Groups of pages, in the order of the sidebar.  An entry is added with its page, not before. */
export const NAV: { group: string; entries: Entry[] }[] = [
  {
    group: "Operate",
    entries: [
      { to: "/desk", label: "My desk", icon: Headphones, key: "d", right: "self", role: "agent" },
      { to: "/", label: "Overview", icon: LayoutDashboard, key: "o", right: "look" },
      { to: "/live", label: "Live calls", icon: Radio, key: "l", right: "look" },
      { to: "/calls", label: "Calls", icon: PhoneCall, key: "c", right: "look" },
      { to: "/agents", label: "Agents", icon: Headset, key: "e", right: "look" },
    ],
  },
  {
    group: "Route",
    entries: [
      { to: "/campaigns", label: "Campaigns", icon: Megaphone, key: "m", right: "look" },
      { to: "/flows", label: "Call flows", icon: Workflow, key: "f", right: "look" },
      { to: "/buyers", label: "Buyers", icon: Users, key: "b", right: "look" },
      { to: "/numbers", label: "Numbers & pools", icon: Hash, key: "n", right: "look" },
    ],
  },
  {
    group: "Auction",
    entries: [
      { to: "/rtb", label: "Targets & routers", icon: Gavel, key: "t", right: "look" },
      { to: "/auctions", label: "Auctions", icon: Scale, key: "a", right: "look" },
    ],
  },
  {
    group: "Measure",
    entries: [
      { to: "/tracking", label: "Tracking", icon: Waypoints, key: "k", right: "look" },
      { to: "/reports", label: "Reports", icon: ChartLine, key: "r", right: "look" },
    ],
  },
  {
    group: "Settings",
    entries: [
      { to: "/settings", label: "Settings", icon: Settings, key: "s", right: "self" },
      { to: "/help", label: "Help", icon: CircleHelp, key: "h", right: "self" },
    ],
  },
];

/** The groups with those of their pages that somebody may open. */
export const waysOf = (who: SignedIn | null) =>
  NAV.map(({ group, entries }) => ({ group, entries: entries.filter(({ right, role }) => who?.rights.includes(right) && (role === undefined || role === who.role)) })).filter(({ entries }) => entries.length > 0);
