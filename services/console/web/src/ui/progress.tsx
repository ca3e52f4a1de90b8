/** How far something is that takes its time. */
export function Progress({ label, done, of }: { label: string; done: number; of: number }) {
  return (
    <div role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={of} aria-valuenow={done} className="h-1.5 w-40 shrink-0 overflow-hidden rounded-sm bg-raised">
      <div className="h-full bg-accent" style={{ width: `${of === 0 ? 0 : (100 * done) / of}%` }} />
    </div>
  );
}
