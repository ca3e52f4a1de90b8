/** "+13055550142" as "+1 305 555 0142"; other countries' numbers as they are. */
export function phone(number: string | null | undefined): string {
  if (!number) return "";
  return number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "+1 $1 $2 $3");
}
