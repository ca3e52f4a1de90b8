/** A fixed locale: pages look the same for everybody; the zone is the browser's and is named. */
const LOCALE = "en-US";
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const clockFormat = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const dayFormat = new Intl.DateTimeFormat(LOCALE, { month: "short", day: "numeric" });
const wholeFormat = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });

export const clock = (at: string | Date): string => clockFormat.format(new Date(at));
export const day = (at: string | Date): string => dayFormat.format(new Date(at));
export const whole = (at: string | Date): string => `${wholeFormat.format(new Date(at))} (${ZONE})`;

/** Today by the clock alone, other days with their date. */
export function moment(at: string | null | undefined, now = new Date()): string {
  if (!at) return "";
  return day(at) === day(now) ? clock(at) : `${day(at)}, ${clock(at).slice(0, 5)}`;
}

/** 75 as "1:15", 3675 as "1:01:15". */
export function duration(seconds: number | null | undefined): string {
  if (seconds == null) return "";
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), Math.floor(seconds % 60)];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** How long ago, in one word and number. */
export function ago(at: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - new Date(at).getTime()) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}
