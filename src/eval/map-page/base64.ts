/** Bytes as base64 text. */

/** Arguments that a function takes at a time on every engine. */
const CHUNK = 8192;

/** Of an array's bytes as they lie in memory. */
export function base64(array: ArrayBufferView): string {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let binary = "";
  for (let i = 0; i < bytes.length; i += CHUNK) binary += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return btoa(binary);
}
