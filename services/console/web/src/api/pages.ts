/** What a list of any length keeps in the cache: its pages so far. */
export interface Pages<R> {
  pages: { items: R[] }[];
}

/** The pages with a row in the place of the one it has become of; in its place, and nothing added. */
export function withRow<R extends { document: { id: string } }, P extends Pages<R>>(before: P | undefined, row: R): P | undefined {
  return before && { ...before, pages: before.pages.map((page) => ({ ...page, items: page.items.map((one) => (one.document.id === row.document.id ? row : one)) })) };
}

const PAGE = 200;
const PAGES_MAX = 10;
export const LOOKED_THROUGH_MAX = PAGE * PAGES_MAX; // who has more looks for them by name, or asks the API

/** The items of a list; `whole` is false where there are more than are looked through. */
export interface All<T> {
  items: T[];
  whole: boolean;
}

/** Page by page, to the end or the limit: for what the API does not filter or count itself. */
export async function all<T>(page: (at: { limit: number; cursor?: string }) => Promise<{ items: T[]; cursor?: string | null }>): Promise<All<T>> {
  const found: All<T> = { items: [], whole: false };
  let at: { limit: number; cursor?: string } = { limit: PAGE };
  for (let turn = 0; turn < PAGES_MAX && !found.whole; turn++) {
    const { items, cursor } = await page(at);
    found.items.push(...items);
    if (cursor) at = { limit: PAGE, cursor };
    else found.whole = true;
  }
  return found;
}
