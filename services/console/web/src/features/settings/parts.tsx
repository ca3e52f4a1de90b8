import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failed } from "@/app/failed";
import { Button } from "@/ui/button";
import { Body, Loading } from "@/ui/page";

/** What a setting is now, once it is known; in its place what went wrong. */
export function Asked<T>({ label, name, ask, children }: { label: string; name: readonly unknown[]; ask: () => Promise<T>; children: (found: T, again: () => void) => ReactNode }) {
  const asked = useQuery({ queryKey: name, queryFn: ask });
  const again = () => void asked.refetch();
  return (
    <Body label={label}>
      {asked.error && <Failed fault={asked.error} retry={again} />}
      {asked.isPending && !asked.error && <Loading />}
      {asked.data !== undefined && children(asked.data, again)}
    </Body>
  );
}

/** Below a form in a dialog. */
export function Buttons({ onClose, busy, word, children }: { onClose: () => void; busy: boolean; word: string; children?: ReactNode }) {
  return (
    <div className="flex flex-wrap justify-end gap-2">
      {children}
      <Button onClick={onClose}>Cancel</Button>
      <Button type="submit" kind="primary" busy={busy}>
        {word}
      </Button>
    </div>
  );
}
