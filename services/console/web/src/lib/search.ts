/** Reading what stands in a URL: anything that is not as it should be is left out. */
export type Given = Record<string, unknown>;

export const text = (given: Given, name: string, max = 254): string | undefined => {
  const value = given[name];
  return typeof value === "string" && value !== "" ? value.slice(0, max) : typeof value === "number" ? String(value) : undefined;
};

export const whole = (given: Given, name: string): number | undefined => {
  const value = Number(given[name] ?? Number.NaN);
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
};

export const oneOf = <T extends string>(given: Given, name: string, allowed: readonly T[]): T | undefined => allowed.find((one) => one === given[name]);

export const someOf = <T extends string>(given: Given, name: string, allowed: readonly T[]): T[] | undefined => {
  const value = given[name];
  const found = allowed.filter((one) => (Array.isArray(value) ? value.includes(one) : value === one));
  return found.length > 0 ? found : undefined;
};

export const yes = (given: Given, name: string): boolean | undefined => (given[name] === true || given[name] === false ? (given[name] as boolean) : undefined);

/** Without the fields that say nothing: so that a URL stays short. */
export function short<T extends object>(search: T): Partial<T> {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0))) as Partial<T>;
}

/** Several texts, each as it was written. */
export const texts = (given: Given, name: string, most: number, max = 400): string[] | undefined => {
  const value = given[name];
  const found = (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string" && one !== "" && one.length <= max).slice(0, most);
  return found.length > 0 ? found : undefined;
};

/** Whether two searches ask the same, in whatever order they name it. */
export function sameSearch(one: object, other: object): boolean {
  const told = (search: object) => JSON.stringify(Object.entries(search).filter(([, value]) => value !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)));
  return told(one) === told(other);
}
