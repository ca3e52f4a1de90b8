import { useQuery } from "@tanstack/react-query";
import { api, data } from "./client";

const PAGES_MAX = 10; // of 200: who has more looks for them by name

type Named = "campaigns" | "buyers" | "targets" | "publishers";
interface Page {
  items: { document: { id?: string; name?: string } }[];
  cursor?: string | null;
}

async function names(noun: Named): Promise<{ value: string; label: string }[]> {
  const found: { value: string; label: string }[] = [];
  let cursor: string | null | undefined;
  for (let at = 0; at < PAGES_MAX && cursor !== null; at++) {
    const query = { fields: "id,name", limit: 200, order: "name", ...(cursor && { cursor }) };
    const page = await data(api.GET(`/api/v1/${noun}` as "/api/v1/buyers", { params: { query: query as never } }) as Promise<{ data?: Page }>);
    found.push(...page.items.map(({ document }) => ({ value: String(document.id), label: String(document.name) })));
    cursor = page.cursor ?? null;
  }
  return found;
}

/** What may be chosen of a kind, by name. */
export const useNames = (noun: Named) => useQuery({ queryKey: [noun, "names"], queryFn: () => names(noun), staleTime: 60_000 }).data ?? [];
