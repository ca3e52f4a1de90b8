import type { Documents } from "@/api/records";

const NOT_SAVED = "00000000-0000-4000-8000-000000000000"; // a test names no other

/** The document as a test takes it: what is not saved yet has no id, and perhaps no name. */
export const askedAs = (document: Documents["rtb-targets"]): Documents["rtb-targets"] => ({ ...document, id: document.id || NOT_SAVED, name: document.name || "New" });
