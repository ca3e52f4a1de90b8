/** What an editor of a part of a document needs of the form around it; every draft has it. */
export interface Form {
  document: object;
  set: (path: string, value: unknown) => void;
  error: (path: string) => string | undefined;
}

/** What stands at a path: "caps.limits.0.most". */
export const at = <T = unknown>(form: Form, path: string): T | undefined => path.split(".").reduce<unknown>((value, name) => (value as Record<string, unknown> | null | undefined)?.[name], form.document) as T | undefined;
