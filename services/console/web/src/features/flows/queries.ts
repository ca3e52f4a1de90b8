import { queryOptions } from "@tanstack/react-query";
import { api, data, queries, type Schemas } from "@/api/client";

export type Shown = Schemas["FlowShown"];

export const load = (id: string): Promise<Shown> => data(api.GET("/api/v1/flows/{id}", { params: { path: { id } } }));

/** A flow with what is found of its draft. */
export const flowQuery = (id: string) => queryOptions({ queryKey: ["flows", id], queryFn: () => load(id) });

/** What steps there are, and what may be set of each: the same as long as the server is. */
export const languageQuery = queryOptions({ queryKey: ["flow-language"], queryFn: () => data(api.GET("/api/v1/flow-language")), staleTime: Infinity });

/** Begin to load what the editor needs while its own files are on their way. */
export function ahead(id: string): void {
  void queries.prefetchQuery(flowQuery(id));
  void queries.prefetchQuery(languageQuery);
}
