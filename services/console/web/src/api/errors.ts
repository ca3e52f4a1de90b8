import type { components } from "./schema";

export type ProblemDocument = components["schemas"]["ProblemDocument"];

/** Why a request was not done, as the API's problem document says it. */
export class Problem extends Error {
  constructor(readonly document: ProblemDocument) {
    super(document.detail || document.title);
    this.name = "Problem";
  }
  get code(): string {
    return this.document.code;
  }
  get status(): number {
    return this.document.status;
  }
}

/** What no server has said: the connection is gone, or something between answered. */
export function unreachable(detail: string): Problem {
  return new Problem({ type: "about:blank", title: "The console cannot be reached", status: 0, code: "unreachable", detail, errors: [], request_id: "" });
}

/** What a form itself refuses: only what no owner can see is wrong. */
export function refusedHere(errors: Record<string, string>): Problem {
  const found = Object.entries(errors).map(([path, problem]) => ({ path: `body.${path}`, problem }));
  return new Problem({ type: "about:blank", title: "Something is missing", status: 422, code: "malformed", detail: "", errors: found, request_id: "" });
}

/** Any failed answer as a Problem, also where a proxy has answered instead of the API. */
export async function problemOf(response: Response): Promise<Problem> {
  try {
    const document = (await response.json()) as ProblemDocument;
    if (document.code) return new Problem({ ...document, errors: document.errors ?? [] });
  } catch {
    // no JSON: said below
  }
  return unreachable(`HTTP ${response.status}`);
}

export const isProblem = (fault: unknown): fault is Problem => fault instanceof Problem;

/**
 * Texts by the field's path in the form's document: "caps.limits.0.most".
 * Fields that the form does not have are said above it, so that no reason is lost.
 */
export function fieldErrors(fault: unknown): Record<string, string> {
  if (!isProblem(fault)) return {};
  const found: Record<string, string> = {};
  for (const { path, problem } of fault.document.errors ?? []) {
    const at = path.replace(/^(body|query|path|header)\.?/, "");
    found[at] ??= problem.charAt(0).toUpperCase() + problem.slice(1);
  }
  return found;
}

/** One sentence for a person. */
export function sentence(fault: unknown): string {
  if (!isProblem(fault)) return fault instanceof Error ? fault.message : String(fault);
  const { title, detail, owner } = fault.document;
  const more = detail && detail !== title ? `: ${detail}` : "";
  return `${title}${more}${owner && fault.status >= 500 ? ` (${owner})` : ""}`;
}
