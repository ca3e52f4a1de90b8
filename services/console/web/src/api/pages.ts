/** What a list of any length keeps in the cache: its pages so far. */
export interface Pages<R> {
  pages: { items: R[] }[];
}

/** The pages with a row in the place of the one it has become of; in its place, and nothing added. */
export function withRow<R extends { document: { id: string } }, P extends Pages<R>>(before: P | undefined, row: R): P | undefined {
  return before && { ...before, pages: before.pages.map((page) => ({ ...page, items: page.items.map((one) => (one.document.id === row.document.id ? row : one)) })) };
}
