export interface Difference {
  path: string;
  mine: string;
  theirs: string;
}

/** Where two documents differ, by path; values as JSON. */
export function differences(mine: unknown, theirs: unknown, path = ""): Difference[] {
  if (mine === theirs) return [];
  const inside = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
  if (inside(mine) && inside(theirs)) {
    const names = new Set([...Object.keys(mine), ...Object.keys(theirs)]);
    return [...names].flatMap((name) => differences(mine[name], theirs[name], path ? `${path}.${name}` : name));
  }
  const [one, other] = [JSON.stringify(mine) ?? "nothing", JSON.stringify(theirs) ?? "nothing"];
  return one === other ? [] : [{ path, mine: one, theirs: other }];
}
