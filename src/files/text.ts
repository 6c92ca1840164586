/** Bytes of a text file as a string. */

import { VaekitError } from "../errors.js";

/** A string cannot be much longer in a JavaScript engine (V8: 2^29 - 24 characters). */
const MAX_TEXT_BYTES = 2 ** 28;

/** Decodes UTF-8; a byte order mark is dropped. E_FILE, naming `name`, for other encodings and files above 256 MB. */
export function decodeText(bytes: Uint8Array, name: string): string {
  if (bytes.length > MAX_TEXT_BYTES) {
    throw new VaekitError(
      "E_FILE",
      `${name}: a text file of ${bytes.length} bytes, expected at most ${MAX_TEXT_BYTES}`,
      "Use npz.",
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new VaekitError("E_FILE", `${name}: not a text file in UTF-8`, "Save it as UTF-8.", { cause });
  }
}
