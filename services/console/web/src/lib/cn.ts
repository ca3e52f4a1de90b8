import { clsx, type ClassValue } from "clsx";

/** Class names, the empty ones left out. */
export const cn = (...names: ClassValue[]): string => clsx(names);
