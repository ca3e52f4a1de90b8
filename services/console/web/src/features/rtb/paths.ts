const LEAVES_MAX = 200; // of a sample: more than any answer that a bidder gives means

export interface Leaf {
  path: string;
  value: string;
}

const step = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `['${name.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}']`);

/** Every value of a sample with its path (JSONPath, RFC 9535), in the order of the text. */
export function leavesOf(sample: unknown, path = "$"): Leaf[] {
  if (Array.isArray(sample)) return sample.flatMap((one, at) => leavesOf(one, `${path}[${at}]`)).slice(0, LEAVES_MAX);
  if (typeof sample === "object" && sample !== null) return Object.entries(sample).flatMap(([name, one]) => leavesOf(one, path + step(name))).slice(0, LEAVES_MAX);
  return [{ path, value: JSON.stringify(sample) }];
}

/** The values of what was pasted; null where it is no JSON. */
export function read(text: string): Leaf[] | null {
  try {
    return leavesOf(JSON.parse(text));
  } catch {
    return null;
  }
}
