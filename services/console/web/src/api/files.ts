/** Give a file to whoever sits there; its address is forgotten once it has been taken. */
export function give(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}

const KEPT_MS = 60_000; // browsers begin to read a moment after the click
