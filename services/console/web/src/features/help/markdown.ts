/** A line's parts: what stands in them is text, whatever it looks like. */
export type Span = { kind: "text" | "strong" | "code"; text: string } | { kind: "link"; text: string; to: string };
export type Block = { kind: "paragraph" | "heading"; spans: Span[] } | { kind: "list"; ordered: boolean; items: Span[][] } | { kind: "code"; text: string };

const INLINE = /`([^`]+)`|\*\*\[([^\]]+)\]\(([^)\s]+)\)\*\*|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)/g;
const ITEM = /^\s*(?:[-*]|(\d+)\.)\s+(.*)$/;
const SAFE = /^(\/|https?:\/\/|#)/; // nothing that runs

export function spansOf(line: string): Span[] {
  const found: Span[] = [];
  let at = 0;
  for (const match of line.matchAll(INLINE)) {
    if (match.index > at) found.push({ kind: "text", text: line.slice(at, match.index) });
    at = match.index + match[0].length;
    const [whole, code, boldText, boldTo, strong, text, to] = match;
    const link = boldTo ?? to;
    if (code !== undefined) found.push({ kind: "code", text: code });
    else if (strong !== undefined) found.push({ kind: "strong", text: strong });
    else if (link !== undefined && SAFE.test(link)) found.push({ kind: "link", text: boldText ?? text ?? link, to: link });
    else found.push({ kind: "text", text: whole });
  }
  if (at < line.length) found.push({ kind: "text", text: line.slice(at) });
  return found;
}

/** The few shapes of Markdown that answers have. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    const last = blocks.at(-1);
    const item = ITEM.exec(line);
    if (/^\s*```/.test(line)) {
      const begins = at + 1;
      while (at + 1 < lines.length && !/^\s*```/.test(lines[at + 1]!)) at++;
      blocks.push({ kind: "code", text: lines.slice(begins, at + 1).join("\n") });
      at++;
    } else if (item) {
      const ordered = item[1] !== undefined;
      if (last?.kind === "list" && last.ordered === ordered) last.items.push(spansOf(item[2]!));
      else blocks.push({ kind: "list", ordered, items: [spansOf(item[2]!)] });
    } else if (/^#{1,6} /.test(line)) blocks.push({ kind: "heading", spans: spansOf(line.replace(/^#+ /, "")) });
    else if (line.trim() !== "") {
      const goesOn = at > 0 && lines[at - 1]!.trim() !== "";
      if (goesOn && last?.kind === "paragraph") last.spans.push({ kind: "text", text: " " }, ...spansOf(line));
      else blocks.push({ kind: "paragraph", spans: spansOf(line) });
    }
  }
  return blocks;
}
