/** Data source: a file at a URL, which then is opened as if it lay here. */

import { openDataset } from "../../data/open.js";
import { baseName } from "../../data/sources/arrays.js";
import { VaekitError } from "../../errors.js";
import type { Source } from "../../host.js";

const DOWNLOADS = ".downloads";

export const urlSource: Source = {
  name: "url",
  forms: ["https://HOST/FILE"],
  bid: async ({ source }) => (/^https?:\/\//i.test(source) ? 1 : 0),
  async open({ text, source, part }, options, host) {
    const bytes = await download(source, options.signal);
    const name = baseName(new URL(source).pathname) || "file";
    const path = host.files.join(DOWNLOADS, name);
    await host.files.write(path, bytes);
    try {
      const dataset = await openDataset(part === null ? path : `${path}#${part}`, options, host);
      return { ...dataset, name: text };
    } finally {
      await host.files.remove(path);
    }
  },
};

/** E_PATH where there is no answer, or another one than the file; E_INTERRUPTED when the signal says so. */
async function download(url: string, signal?: AbortSignal): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    if (signal?.aborted) throw new VaekitError("E_INTERRUPTED", `${url}: stopped while it was read`);
    const hint = "The server must be there, and allow this page to read from it (CORS).";
    throw new VaekitError("E_PATH", `${url}: cannot read: ${(cause as Error).message}`, hint, { cause });
  }
  throw new VaekitError("E_PATH", `${url}: cannot read: the server answers ${response.status} ${response.statusText}`);
}
