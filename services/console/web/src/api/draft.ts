import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { newId } from "@/lib/id";
import { fieldErrors, isProblem, Problem } from "./errors";

type Path = string; // "caps.limits.0.most"

/** The document with another value at a path; what is not on the path stays the same object. */
export function withValue<T>(document: T, path: Path, value: unknown): T {
  const [head = "", ...rest] = path.split(".");
  const inner = rest.length > 0 ? withValue((document as Record<string, unknown> | null)?.[head] ?? {}, rest.join("."), value) : value;
  if (Array.isArray(document)) return document.map((one: unknown, at) => (at === Number(head) ? inner : one)) as T;
  return { ...document, [head]: inner };
}

const LEAVE = "beforeunload";

/**
 * A form over one document: what is typed, what was wrong with it, and saving it once.
 *
 * `save` gets the document and the key under which the API does it only once, also after a second
 * click; a new key is drawn once it has been done.  Problems are kept by the field's path.
 */
export function useDraft<T extends object>(initial: T, save: (document: T, key: string) => Promise<unknown>) {
  const [document, setDocument] = useState(initial);
  const [basis, setBasis] = useState(initial);
  const [fault, setFault] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const key = useRef(newId());
  const sending = useRef(false);
  const dirty = useMemo(() => JSON.stringify(document) !== JSON.stringify(basis), [document, basis]);
  const errors = useMemo(() => fieldErrors(fault), [fault]);

  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener(LEAVE, ask);
    return () => removeEventListener(LEAVE, ask);
  }, [dirty]);

  // Once the page shows what was wrong, the keyboard is where it can be mended.
  useEffect(() => {
    if (fault !== null) globalThis.document.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [fault]);

  const set = useCallback((path: Path, value: unknown) => setDocument((before) => withValue(before, path, value)), []);
  const submit = async (): Promise<boolean> => {
    if (sending.current) return false;
    sending.current = true;
    setBusy(true);
    setFault(null);
    try {
      await save(document, key.current);
      key.current = newId();
      setBasis(document);
      return true;
    } catch (no) {
      setFault(no);
      return false;
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };
  return {
    document,
    set,
    submit,
    busy,
    dirty,
    fault,
    /** What was wrong at a path, or in what lies below it where the form shows that as one. */
    error: (path: Path): string | undefined => errors[path] ?? Object.entries(errors).find(([at]) => at.startsWith(`${path}.`))?.[1],
    /** Somebody else has changed it since: show both. */
    conflict: isProblem(fault) && fault.code === "stale" ? (fault as Problem) : null,
    reset: (to: T = basis) => {
      setDocument(to);
      setBasis(to);
      setFault(null);
    },
  };
}

export type Draft<T extends object> = ReturnType<typeof useDraft<T>>;
