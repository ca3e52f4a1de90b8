import type { ReactNode } from "react";
import { useMay } from "@/api/session";

/** What changes something: for who may only look, it is shown and cannot be used. */
export function Fields({ children }: { children: ReactNode }) {
  const mayEdit = useMay("edit");
  return (
    <fieldset disabled={!mayEdit} className="contents">
      {children}
    </fieldset>
  );
}
