import { useEffect, useSyncExternalStore } from "react";
import { queries } from "./client";
import { frames } from "./frames";

/** One event of the account: `name` as "call.arrived" or "campaign.changed". */
export interface Happened {
  name: string;
  data: Record<string, unknown>;
}
export interface Line {
  state: "connecting" | "live" | "reconnecting";
  since: number;
}

const SILENT_MS = 40_000; // the server says something every 15 s
const RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000];
const GATHER_MS = 250; // pages are refreshed at most four times a second
const SETTLE_MS = 2_000; // an event is heard here and by its reader at the same time: look again once it has settled

let line: Line = { state: "connecting", since: Date.now() };
const watchers = new Set<() => void>();
const listeners = new Set<(event: Happened) => void>();

function become(state: Line["state"]): void {
  if (state === line.state) return;
  line = { state, since: Date.now() };
  watchers.forEach((watcher) => watcher());
}

/** Listen until stopped: one stream for each tab, which goes on where it was cut off. */
export function listen(stream: "/api/v1/live" | "/api/v1/agents/me/live"): () => void {
  const stopped = new AbortController();
  let last = "";
  let fails = 0;
  const run = async () => {
    while (!stopped.signal.aborted) {
      const silent = new AbortController();
      let timer = setTimeout(() => silent.abort(), SILENT_MS);
      try {
        const response = await fetch(stream, {
          headers: last ? { "Last-Event-ID": last } : {},
          signal: AbortSignal.any([stopped.signal, silent.signal]),
        });
        if (!response.ok || !response.body) throw new Error(String(response.status));
        if (fails) void queries.invalidateQueries(); // the server itself may be another
        fails = 0;
        become("live");
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        for (let text = ""; ; ) {
          const { value, done } = await reader.read();
          if (done) break;
          clearTimeout(timer);
          timer = setTimeout(() => silent.abort(), SILENT_MS);
          const { read, rest } = frames(text + value);
          text = rest;
          for (const frame of read) {
            last = frame.id || last;
            tell(frame.name, frame.data);
          }
        }
      } catch {
        // a cut line: begun again below
      } finally {
        clearTimeout(timer);
      }
      if (stopped.signal.aborted) return;
      become("reconnecting");
      const wait = RETRY_MS[Math.min(fails++, RETRY_MS.length - 1)]!;
      await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random())));
    }
  };
  void run();
  return () => stopped.abort();
}

function tell(name: string, text: string): void {
  if (name === "reset") {
    void queries.invalidateQueries();
    return;
  }
  const event = { name, data: JSON.parse(text) as Record<string, unknown> };
  listeners.forEach((listener) => listener(event));
}

/** Whether the page hears what happens. */
export function useLine(): Line {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => line,
  );
}

/**
 * Refresh queries whose key begins so when something happens whose name begins so, and that is
 * about the same thing: `useFresh(["calls", id], ["call."], { call_id: id })`.  Many events at
 * once make one refresh.
 */
export function useFresh(key: readonly unknown[], names: readonly string[], about: Record<string, string> = {}): void {
  const wanted = JSON.stringify({ key, names, about });
  useEffect(() => {
    const asked = JSON.parse(wanted) as { key: unknown[]; names: string[]; about: Record<string, string> };
    let timer: ReturnType<typeof setTimeout> | undefined;
    let settling: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => void queries.invalidateQueries({ queryKey: asked.key });
    const hear = (event: Happened) => {
      if (!asked.names.some((name) => event.name.startsWith(name))) return;
      if (Object.entries(asked.about).some(([field, value]) => event.data[field] !== value)) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        refresh();
      }, GATHER_MS);
      clearTimeout(settling);
      settling = setTimeout(refresh, SETTLE_MS);
    };
    listeners.add(hear);
    return () => {
      listeners.delete(hear);
      clearTimeout(timer);
      clearTimeout(settling);
    };
  }, [wanted]);
}
