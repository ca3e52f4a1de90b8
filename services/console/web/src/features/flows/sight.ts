import type { Viewport } from "@xyflow/react";
import { WIDTH } from "./arrange";
import type { FlowDocument } from "./document";

const READABLE = 0.45; // zoom at which a step's name can be read just yet: a flow that needs less opens at its beginning
const ASIDE_FROM = 768; // width from which the navigation and the settings stand beside the drawing
const ASIDE = 548;
export const isNarrow = (): boolean => innerWidth < ASIDE_FROM;

/** Where a large flow is looked at first: what is chosen or its beginning, at a size that can be read. */
export function beginning(document: FlowDocument, id = document.start): Viewport {
  const { x, y } = document.layout[id] ?? { x: 0, y: 0 };
  const zoom = isNarrow() ? 0.7 : 0.85;
  return { x: (isNarrow() ? 24 : 80) - x * zoom, y: 240 - y * zoom, zoom };
}

/** Whether all of it can be read at once in this window. */
export function fits(document: FlowDocument): boolean {
  const [xs, ys] = [Object.values(document.layout).map((place) => place.x), Object.values(document.layout).map((place) => place.y)];
  const width = Math.max(...xs) - Math.min(...xs) + WIDTH;
  const height = Math.max(...ys) - Math.min(...ys) + WIDTH / 2;
  const room = innerWidth - (isNarrow() ? 0 : ASIDE);
  return Math.min(room / width, (innerHeight * 0.7) / height) > READABLE;
}
