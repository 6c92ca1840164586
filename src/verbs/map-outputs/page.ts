/** Map output: a page to wander in. */

import type { MapOutput } from "./output.js";

export const pageOutput: MapOutput = {
  name: "page",
  extensions: () => [".html", ".htm"],
  form: "map.html",
  // Pictures of more would be too small to tell what they show.
  maxRecords: 20_000,
  write: async (path, { page }, host) => host.files.write(path, await page()),
};
