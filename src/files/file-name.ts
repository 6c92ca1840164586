/** Names of files, as every system can hold them. */

/** What a file name cannot hold on some system: separators, wildcards, control characters. */
const UNSAFE = /[/\\:*?"<>|\p{Cc}]/gu;
/** Names that Windows keeps for devices, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** Systems allow 255 bytes; an extension, a number and a temporary ending must fit too. */
export const MAX_NAME_BYTES = 180;

/** `text` as the beginning of a file name on any system: "" where nothing is left. */
export function safeFileName(text: string): string {
  const name = cut(text.normalize("NFC").replaceAll(UNSAFE, "-").replace(/^\.+/, ""), MAX_NAME_BYTES);
  return DEVICE.test(name) ? `_${name}` : name;
}

/** The same, and unlike all of `taken` also where "A" and "a" are one name. */
export function distinctFileName(text: string, taken: readonly string[]): string {
  const names = new Set(taken.map((name) => name.toLowerCase()));
  for (let number = 1; ; number++) {
    const name = number === 1 ? safeFileName(text) : `${safeFileName(text)}-${number}`;
    if (!names.has(name.toLowerCase())) return name;
  }
}

/** The longest beginning of whole characters that takes at most `bytes` bytes. */
export function cut(text: string, bytes: number): string {
  const encoder = new TextEncoder();
  let length = 0;
  let kept = "";
  for (const character of text) {
    length += encoder.encode(character).length;
    if (length > bytes) break;
    kept += character;
  }
  return kept;
}
