/** The API's words as people read them: "no_buyer" as "No buyer". */
export function said(word: string | null | undefined): string {
  if (!word) return "";
  const text = word.replaceAll("_", " ").replace(/\brtb\b/g, "RTB");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const plural = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;
