import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failed } from "@/app/failed";
import { Loading } from "@/ui/page";
import { Table, type Column } from "@/ui/table";

interface Props<R> {
  name: string;
  found: Pick<UseInfiniteQueryResult<unknown>, "data" | "error" | "refetch"> & { rows: readonly R[]; more: () => void };
  columns: readonly Column<R>[];
  rowKey: (row: R) => string;
  onOpen?: (row: R) => void;
  empty: ReactNode;
}

/** A list, once it is known; in its place what went wrong. */
export function Rows<R>({ name, found, columns, rowKey, onOpen, empty }: Props<R>) {
  if (found.error) return <Failed fault={found.error} retry={() => void found.refetch()} />;
  if (found.data === undefined) return <Loading rows={12} />;
  return <Table name={name} columns={columns} rows={found.rows} rowKey={rowKey} onMore={found.more} empty={empty} {...(onOpen && { onOpen })} />;
}
