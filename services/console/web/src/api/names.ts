import { useQuery } from "@tanstack/react-query";
import { api, data } from "./client";
import { all, type All } from "./pages";

type Named = "campaigns" | "buyers" | "targets" | "groups" | "pools" | "publishers" | "rtb-routers" | "rtb-targets";
export interface Name {
  value: string;
  label: string;
}

async function named(noun: Named): Promise<All<Name>> {
  const { items, whole } = await all((at) => data(api.GET(`/api/v1/${noun}` as "/api/v1/groups", { params: { query: { ...at, fields: "id,name" } } })));
  const names = items.map(({ document }) => ({ value: document.id, label: document.name }));
  return { items: names.sort((one, other) => one.label.localeCompare(other.label)), whole };
}

const NONE: Name[] = [];

/** What there is of a kind, by name. */
export const useNamed = (noun: Named) => useQuery({ queryKey: [noun, "names"], queryFn: () => named(noun), staleTime: 60_000 });

/** What may be chosen of a kind; nothing before it is known. */
export const useNames = (noun: Named): Name[] => useNamed(noun).data?.items ?? NONE;
