import { useEffect, type ReactNode } from "react";

/** A page: its name, what belongs beside it, and the rest below edge to edge. */
export function Page({ title, above, count, actions, children }: { title: string; above?: ReactNode; count?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · CallCenter Pro`;
  }, [title]);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex min-h-11 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-1.5">
        {above && <nav aria-label="Breadcrumb" className="flex items-center gap-1.5 text-muted after:text-faint after:content-['/']">{above}</nav>}
        <h1 className="min-w-0 truncate font-semibold">{title}</h1>
        {count != null && <span className="text-muted tabular-nums">{count}</span>}
        <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div>
      </header>
      {children}
    </div>
  );
}

/** What stands below the header and scrolls as a whole. */
export function Body({ children, label }: { children: ReactNode; label: string }) {
  return (
    // oxlint-disable-next-line jsx_a11y/no-noninteractive-tabindex -- scrolled by keys
    <div role="region" aria-label={label} tabIndex={0} className="min-h-0 flex-1 overflow-auto focus-visible:outline-offset-[-2px]">
      {children}
    </div>
  );
}

/** Nothing here: what it is, what to do first, one button. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="mx-auto max-w-md px-4 py-16 text-center">
      <p className="text-lg font-semibold">{title}</p>
      {children && <p className="mt-1 text-muted">{children}</p>}
      {action && <div className="mt-4 flex justify-center">{action}</div>}
    </div>
  );
}

/** Lines where something will be, only while it is loaded for the first time. */
export function Loading({ rows = 8 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="p-4">
      {Array.from({ length: rows }, (_, at) => (
        <div key={at} className="my-3 h-3 animate-pulse rounded-sm bg-raised" />
      ))}
    </div>
  );
}

export const Kbd = ({ children }: { children: ReactNode }) => (
  <kbd className="rounded-sm border border-line bg-raised px-1 font-mono text-xs text-muted">{children}</kbd>
);
