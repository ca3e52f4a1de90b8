import { useEffect, useState } from "react";
import { duration } from "@/lib/time";

const TICK_MS = 1_000;

/** The time of this machine, each second anew. */
function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** How long something has lasted, counted here: nobody is asked each second. */
export function Elapsed({ since }: { since: string | null | undefined }) {
  const now = useNow();
  return since ? duration(Math.max(0, Math.floor((now - new Date(since).getTime()) / 1000))) : null;
}

/** How long it is until then. */
export function Left({ until }: { until: string }) {
  const now = useNow();
  return duration(Math.max(0, Math.ceil((new Date(until).getTime() - now) / 1000)));
}
