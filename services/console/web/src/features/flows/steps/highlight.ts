export interface Piece {
  text: string;
  look: "word" | "text" | "number" | "remark" | "plain";
}

const WORDS = "const let var return if else for of in while do switch case break continue function new typeof true false null undefined try catch finally throw class extends this async await delete instanceof default".split(" ");
const PIECES = new RegExp(
  [
    /(?<remark>\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/,
    /(?<text>"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|`(?:\\.|[^`\\])*`?)/,
    /(?<number>\b\d[\d_.]*\b)/,
    new RegExp(`(?<word>\\b(?:${WORDS.join("|")})\\b)`),
  ].map((one) => one.source).join("|"),
  "g",
);

/** JavaScript in pieces by their look; together they are the text as it was. */
export function highlighted(source: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of source.matchAll(PIECES)) {
    if (match.index > at) found.push({ text: source.slice(at, match.index), look: "plain" });
    const look = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)![0] as Piece["look"];
    found.push({ text: match[0], look });
    at = match.index + match[0].length;
  }
  if (at < source.length) found.push({ text: source.slice(at), look: "plain" });
  return found;
}
