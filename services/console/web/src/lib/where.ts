/** Which calls a report counts, as the API has it. */
export interface Where {
  dimension: string;
  values: string[];
  exclude: boolean;
}

const SAID = /^([a-z_]+(?::[^=]+?)?)(!?)=([^]*)$/;
export const WHERE_MAX = 20;

/** What stands in an address: `source=google`, `tag:size!=4`; the values of one word add up. */
export function readWhere(said: readonly string[] = []): Where[] {
  const found: Where[] = [];
  for (const one of said) {
    const [, dimension, not, value = ""] = SAID.exec(one) ?? [];
    if (!dimension) continue;
    const same = found.find((other) => other.dimension === dimension && other.exclude === (not === "!"));
    if (same) same.values.push(value);
    else found.push({ dimension, values: [value], exclude: not === "!" });
  }
  return found;
}

export const writeWhere = (where: readonly Where[]): string[] => where.flatMap((one) => one.values.map((value) => `${one.dimension}${one.exclude ? "!" : ""}=${value}`));
