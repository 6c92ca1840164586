/** A data set that comes as an npm package: which one, and how its files are read. */

import type { Source } from "../../host.js";
import type { Package } from "../npm-install.js";

export interface PackagedSet extends Package {
  /** Parts of it besides the whole (or, for MNIST's kin, the training set), for help. */
  readonly parts: readonly string[];
  /** Opens it from the package's folder. */
  open(folder: string, ...rest: Parameters<Source["open"]>): ReturnType<Source["open"]>;
}
