import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { LOOKED_THROUGH_MAX, type All } from "@/api/pages";
import { Failed } from "./failed";

interface Props<T> {
  asked: UseQueryResult<All<T>>;
  which?: (one: T) => boolean;
  /** What it means that there is none. */
  none: string;
  children: (items: T[]) => ReactNode;
}

/** Some of what was asked for, once it is known: a dash before, and in its place what went wrong. */
export function Known<T>({ asked, which = () => true, none, children }: Props<T>) {
  if (asked.error) return <Failed fault={asked.error} retry={() => void asked.refetch()} />;
  if (!asked.data) return <p className="text-muted">–</p>;
  const { items, whole } = asked.data;
  const chosen = items.filter(which);
  return (
    <>
      {chosen.length > 0 && children(chosen)}
      {chosen.length === 0 && whole && <p className="text-muted">{none}</p>}
      {!whole && <p className="text-sm text-muted">There may be more: only the first {LOOKED_THROUGH_MAX.toLocaleString("en-US")} of the account were looked through.</p>}
    </>
  );
}
