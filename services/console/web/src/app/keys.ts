import { useEffect, useRef } from "react";

const TOGETHER_MS = 1_000; // between G and the key after it
const OFF = "keys-off";

export const keysOn = (): boolean => localStorage.getItem(OFF) === null;
export const setKeysOn = (on: boolean): void => (on ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"));

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest("[role=dialog],[role=menu]") !== null);

/** Keys of the page: "g c", "/", "?", "mod+k".  Off while somebody types, and where switched off. */
export function useKeys(bindings: Record<string, () => void>): void {
  const current = useRef(bindings);
  current.current = bindings;
  useEffect(() => {
    let before = "";
    let timer: ReturnType<typeof setTimeout>;
    const press = (event: KeyboardEvent) => {
      const modified = event.ctrlKey || event.metaKey;
      const name = `${modified ? "mod+" : ""}${event.key.toLowerCase()}`;
      if (event.altKey || event.isComposing || (!modified && (typing(event.target) || !keysOn()))) return;
      const found = current.current[before ? `${before} ${name}` : name];
      clearTimeout(timer);
      const begins = !before && Object.keys(current.current).some((key) => key.startsWith(`${name} `));
      before = begins ? name : "";
      timer = setTimeout(() => (before = ""), TOGETHER_MS);
      if (found) {
        event.preventDefault();
        found();
      }
    };
    addEventListener("keydown", press);
    return () => {
      clearTimeout(timer);
      removeEventListener("keydown", press);
    };
  }, []);
}

export type Told = readonly [key: string, does: string];
let told: readonly Told[] = [];

/** Keys that only this page has, for the sheet of keys. */
export function useTold(keys: readonly Told[]): void {
  useEffect(() => {
    told = keys;
    return () => {
      told = [];
    };
  }, [keys]);
}

export const keysOfPage = (): readonly Told[] => told;
