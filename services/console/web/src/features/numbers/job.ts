import { useSyncExternalStore } from "react";
import { sentence } from "@/api/errors";
import { numbersChanged, putNumber } from "@/api/numbers";
import type { NumberRow, Place } from "@/api/place";

/** Many numbers on their way to one place: it goes on while one looks at other pages. */
export interface Job {
  where: string;
  total: number;
  done: number;
  failures: { number: string; problem: string }[];
  over: boolean;
}

let job: Job | null = null;
const watchers = new Set<() => void>();

function become(next: Job | null): void {
  job = next;
  watchers.forEach((watcher) => watcher());
}

export const useJob = (): Job | null =>
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => job,
  );

export const dismiss = (): void => become(null);

const ask = (event: BeforeUnloadEvent) => event.preventDefault();

/** One by one: each is an edit of its own, and may be refused on its own. */
export async function place(rows: readonly NumberRow[], to: Place, where: string): Promise<void> {
  if (job && !job.over) return;
  become({ where, total: rows.length, done: 0, failures: [], over: false });
  addEventListener("beforeunload", ask);
  for (const row of rows) {
    let failures = job!.failures;
    try {
      await putNumber(row, to);
    } catch (fault) {
      failures = [...failures, { number: row.document.number, problem: sentence(fault) }];
    }
    become({ ...job!, done: job!.done + 1, failures });
  }
  removeEventListener("beforeunload", ask);
  become({ ...job!, over: true });
  numbersChanged();
}
