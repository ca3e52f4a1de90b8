/** What was typed with commas between, without blanks and what is empty. */
export const listOf = (text: string): string[] => text.split(",").map((one) => one.trim()).filter(Boolean);

/** A list as it is typed: the typed text as long as it still says what the list holds. */
export const textOf = (typed: string, values: readonly string[]): string => (JSON.stringify(listOf(typed)) === JSON.stringify(values) ? typed : values.join(", "));
