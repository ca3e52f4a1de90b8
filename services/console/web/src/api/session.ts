import { useSyncExternalStore } from "react";
import type { components } from "./schema";

export type SignedIn = components["schemas"]["SignedIn"];
export type Right = SignedIn["rights"][number];

/** Who is signed in.  `expired`: she was, and must show once more that it is she. */
export interface Session {
  who: SignedIn | null;
  expired: boolean;
}

let session: Session = { who: null, expired: false };
const listeners = new Set<() => void>();
let waiting: (() => void)[] = [];

function change(next: Session): void {
  session = next;
  listeners.forEach((listener) => listener());
}

export const currentSession = (): Session => session;

export function signedIn(who: SignedIn): void {
  const another = session.who !== null && (session.who.email !== who.email || session.who.account_id !== who.account_id);
  if (another) {
    location.reload(); // nothing of one person or account may be left for the next
    return;
  }
  change({ who, expired: false });
  waiting.forEach((go) => go());
  waiting = [];
}

export const signedOut = (): void => change({ who: null, expired: false });

/** Ask for the password over the page as it is; resolves once she is signed in again. */
export function signedInAgain(): Promise<void> {
  change({ ...session, expired: true });
  return new Promise((resolve) => waiting.push(resolve));
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useSession = (): Session => useSyncExternalStore(subscribe, currentSession);

/** Whether she may: what she may not is not shown, and the API refuses it anyway. */
export const useMay = (right: Right): boolean => useSession().who?.rights.includes(right) ?? false;

/** Whether she takes calls and does nothing else here. */
export const useIsAgent = (): boolean => useSession().who?.role === "agent";

/** Of whom she is, where she is of a buyer or publisher; null: of the account itself. */
export function usePortal(): "buyer" | "publisher" | null {
  const role = useSession().who?.role;
  return role === "buyer" || role === "publisher" ? role : null;
}
