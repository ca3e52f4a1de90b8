/** What was sent or answered, as it was; scrolled by keys. */
export function Text({ label, text }: { label: string; text: string }) {
  return (
    // oxlint-disable-next-line jsx_a11y/no-noninteractive-tabindex -- scrolled by keys
    <pre tabIndex={0} role="region" aria-label={label} className="max-h-96 min-w-0 overflow-auto rounded-md bg-raised p-2 font-mono text-sm break-all whitespace-pre-wrap">
      {text || "Nothing"}
    </pre>
  );
}
