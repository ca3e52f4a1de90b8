/** Numbers that somebody has typed or pasted, one by line or with commas between; blanks and dashes within are none of them. */
export const numbersIn = (text: string): string[] => [...new Set(text.split(/[\n,;]+/).map((one) => one.replace(/[\s().-]/g, "")).filter(Boolean))];

/** What is bought together is at most so many; more are several purchases. */
export const ORDER_MAX = 20;

export const inOrders = (numbers: readonly string[]): string[][] => Array.from({ length: Math.ceil(numbers.length / ORDER_MAX) }, (_, at) => numbers.slice(at * ORDER_MAX, (at + 1) * ORDER_MAX));
