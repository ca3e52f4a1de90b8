/** Read the frames of an event stream: id, event and data, as far as they are whole. */
export function frames(text: string): { read: { id: string; name: string; data: string }[]; rest: string } {
  const parts = text.split("\n\n");
  const rest = parts.pop() ?? "";
  const read = parts.map((part) => {
    const field = (name: string) =>
      part
        .split("\n")
        .filter((one) => one.startsWith(`${name}: `))
        .map((one) => one.slice(name.length + 2))
        .join("\n");
    return { id: field("id"), name: field("event"), data: field("data") };
  });
  return { read: read.filter((one) => one.name !== ""), rest };
}
