import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const PLACE = "theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
const watchers = new Set<() => void>();

export const theme = (): Theme => (localStorage.getItem(PLACE) as Theme | null) ?? "system";

/** What the page looks like now. */
export const shade = (): "light" | "dark" => {
  const chosen = theme();
  return chosen === "system" ? (dark.matches ? "dark" : "light") : chosen;
};

function apply(): void {
  document.documentElement.dataset["theme"] = shade();
  watchers.forEach((watcher) => watcher());
}

export function setTheme(next: Theme): void {
  if (next === "system") localStorage.removeItem(PLACE);
  else localStorage.setItem(PLACE, next);
  apply();
}

dark.addEventListener("change", apply);
apply();

const subscribe = (watcher: () => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

/** For what is drawn with colours of its own. */
export const useShade = () => useSyncExternalStore(subscribe, shade);
