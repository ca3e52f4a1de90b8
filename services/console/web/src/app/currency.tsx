import { useSyncExternalStore } from "react";
import { USUAL } from "@/lib/money";
import { Button } from "@/ui/button";

const KEPT = "currency";
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** In which currency figures are shown in this browser; amounts in others are never added to them. */
export const useCurrency = (): string => useSyncExternalStore(subscribe, () => localStorage.getItem(KEPT) ?? USUAL);

function choose(currency: string): void {
  localStorage.setItem(KEPT, currency);
  listeners.forEach((listener) => listener());
}

/** Where there was money in other currencies, too: leads to the figures in each. */
export function OtherCurrencies({ now, others }: { now: string; others: readonly string[] | undefined }) {
  if (!others?.length) return null;
  return (
    <p className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-1.5 text-sm text-muted">
      Amounts are those in {now}; others had
      {others.map((currency) => (
        <Button key={currency} onClick={() => choose(currency)}>
          {currency}
        </Button>
      ))}
    </p>
  );
}
