import { Copy } from "lucide-react";
import { IconButton } from "./button";
import { toast } from "./toast";

/** Text to take along as it is. */
export function Code({ label, text }: { label: string; text: string }) {
  return (
    <div className="flex items-start gap-2">
      {/* oxlint-disable-next-line jsx_a11y/no-noninteractive-tabindex -- scrolled by keys */}
      <pre tabIndex={0} role="region" aria-label={label} className="max-h-96 min-w-0 flex-1 overflow-auto rounded-md bg-raised p-2 font-mono text-sm whitespace-pre-wrap break-all">
        {text}
      </pre>
      <IconButton label={`Copy: ${label}`} onClick={() => void navigator.clipboard.writeText(text).then(() => toast("Copied"))}>
        <Copy size={15} aria-hidden />
      </IconButton>
    </div>
  );
}
