import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, data, type Schemas } from "./client";
import type { Name } from "./names";
import { useMay, useSession } from "./session";

export type Colleague = Schemas["Colleague"];
const PAGE = 200;
const COLLEAGUES_MAX = 2_000;
const NOBODY: Colleague[] = [];

async function everybody(): Promise<Colleague[]> {
  const found: Colleague[] = [];
  for (let after = ""; found.length < COLLEAGUES_MAX; ) {
    const page = await data(api.GET("/api/v1/colleagues", { params: { query: { limit: PAGE, ...(after && { after }) } } }));
    found.push(...page);
    if (page.length < PAGE) break;
    after = page.at(-1)!.email;
  }
  return found.filter(({ role }) => role !== "buyer" && role !== "publisher");
}

/** The people of the account, but for those of buyers and publishers. */
export function useColleagues(): Colleague[] {
  const enabled = useMay("look");
  return useQuery({ queryKey: ["colleagues"], queryFn: everybody, staleTime: 60_000, enabled }).data ?? NOBODY;
}

/** Whom a field may name. */
export function useColleagueNames(): Name[] {
  const people = useColleagues();
  return useMemo(() => people.map((one) => ({ value: one.person_id, label: one.name ? `${one.name} (${one.email})` : one.email })), [people]);
}

/** Who of them is signed in here. */
export function useMyself(): Colleague | undefined {
  const email = useSession().who?.email;
  return useColleagues().find((one) => one.email === email);
}
