import createClient from "openapi-fetch";
import { QueryClient } from "@tanstack/react-query";
import { isProblem, problemOf, unreachable } from "./errors";
import type { components, paths } from "./schema";
import { currentSession, signedInAgain } from "./session";

export type Schemas = components["schemas"];

/**
 * Every request passes here.  A session that has ended is renewed by a dialog over the page, and
 * the request is sent again: nothing that was typed is lost.  What fails is thrown as a Problem.
 */
async function send(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await tried(request);
  if (response.ok || response.status === 304) return response;
  const problem = await problemOf(response.clone());
  if (problem.code === "unauthenticated" && currentSession().who !== null) {
    await signedInAgain();
    return send(again);
  }
  throw problem;
}

async function tried(request: Request): Promise<Response> {
  const token = currentSession().who?.csrf_token;
  if (token && request.method !== "GET") request.headers.set("X-CSRF-Token", token);
  try {
    return await fetch(request);
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === "AbortError") throw fault;
    throw unreachable("it is not answering; the page tries again when it is back");
  }
}

/** The API, typed by its own document: `await api.GET("/api/v1/calls", {params: {query}})`. */
export const api = createClient<paths>({
  baseUrl: location.origin,
  fetch: send,
  querySerializer: { array: { style: "form", explode: true } },
});

/** What an answer holds; a failed one has been thrown already. */
export async function data<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

/** Of what an edit is based on: `headers: basedOn(version)`. */
export const basedOn = (version: number) => ({ "If-Match": `"${version}"` });

const RETRIES_MAX = 2; // of what may be done again; a person sees what is wrong within seconds

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, fault) => count < RETRIES_MAX && isProblem(fault) && (fault.status === 0 || fault.status >= 500),
      refetchOnWindowFocus: false, // the live stream says what has changed
    },
  },
});
