/** Data source: IDX files as MNIST and its kin come in, alone or as a folder of four, gzipped or plain. */

import { VaekitError } from "../../errors.js";
import { idxByteLayout, isIdx, parseIdx } from "../../files/idx.js";
import type { Files, Host, Source } from "../../host.js";
import type { Address, Dataset, Labels, OpenOptions } from "../dataset.js";
import { labelsOfArray } from "../labels.js";
import { arrayDataset, baseName, folderOf } from "./arrays.js";
import { type ByteLayout, openLargeArray } from "./large-array.js";

/** `train-images-idx3-ubyte`, `t10k-images.idx3-ubyte.gz`, `emnist-letters-test-images-idx3-ubyte`. */
const IMAGES_FILE = /^(.*?)[-_]?images([-.]idx)(\d)([-.]ubyte)(\.gz)?$/i;
/** What the parts of a folder are called; MNIST's own name for the test set is t10k. */
const DEFAULT_PART = "train";
const TEST_FILES = /(^|[-_])(t10k|test)$/i;

export const idxSource: Source = {
  name: "idx",
  forms: ["train-images-idx3-ubyte.gz", "FOLDER of IDX files", "FOLDER#test"],
  async bid({ source, part }, host) {
    const info = await host.files.stat(source);
    if (info?.kind === "folder")
      return (await host.files.list(source)).some((name) => IMAGES_FILE.test(name)) ? 0.95 : 0;
    if (info?.kind !== "file" || part !== null) return 0;
    if (/[-.]idx\d[-.]ubyte(\.gz)?$|\.idx(\.gz)?$/i.test(source)) return 0.95;
    return isIdx(await host.files.read(source, 0, 4)) ? 0.9 : 0;
  },
  async open(address, options, host) {
    const info = await host.files.stat(address.source);
    if (info?.kind === "folder") return openIdxFolder(address.source, address, options, host);
    return openIdxFile(address.source, address, options, host);
  },
};

/** Opens the part of `address` (default train, or the only one) of the IDX files in `folder`. E_DATA for an unknown part. */
export async function openIdxFolder(
  folder: string,
  address: Address,
  options: OpenOptions,
  host: Host,
): Promise<Dataset> {
  const parts = new Map<string, string>();
  for (const name of (await host.files.list(folder)).sort()) {
    const prefix = IMAGES_FILE.exec(name)?.[1];
    if (prefix !== undefined && !parts.has(partName(prefix))) parts.set(partName(prefix), name);
  }
  const wanted = address.part ?? (parts.has(DEFAULT_PART) || parts.size !== 1 ? DEFAULT_PART : [...parts.keys()][0]);
  const file = parts.get(wanted);
  if (!file) {
    throw new VaekitError(
      "E_DATA",
      `${address.source}: no part "${wanted}"`,
      `It has ${[...parts.keys()].sort().join(", ") || "none"}.`,
    );
  }
  return openIdxFile(host.files.join(folder, file), address, options, host);
}

/** The part whose files begin with `prefix`: "t10k" -> "test", "train" -> "train", "emnist-letters-train" -> "train". */
function partName(prefix: string): string {
  if (TEST_FILES.test(prefix)) return "test";
  return prefix === "" || /(^|[-_])train$/i.test(prefix) ? DEFAULT_PART : prefix;
}

async function openIdxFile(path: string, address: Address, options: OpenOptions, host: Host): Promise<Dataset> {
  const labels = (count: number) => readLabels(path, count, host.files);
  const large = await openLargeArray({ path, address, options, host, layout: picturesOnly, labels });
  if (large) return large;
  const array = parseIdx(await host.files.read(path), path);
  if (array.shape.length === 1) {
    throw new VaekitError(
      "E_DATA",
      `${path}: an array of shape [${array.shape}], which are labels; expected pictures [N, H, W]`,
    );
  }
  return arrayDataset(array, labels, path, address, options, host);
}

/** Labels are told apart after they are read. */
function picturesOnly(head: Uint8Array): ByteLayout | null {
  const layout = idxByteLayout(head);
  return layout && layout.shape.length > 1 ? layout : null;
}

/** Labels from the sibling file, train-images-idx3-ubyte -> train-labels-idx1-ubyte, gzipped or plain; null without one. */
async function readLabels(path: string, count: number, files: Files): Promise<Labels | null> {
  const name = baseName(path);
  if (!IMAGES_FILE.test(name)) return null;
  const plain = name.replace(/images([-.]idx)\d/i, (_, idx) => `labels${idx}1`).replace(/\.gz$/i, "");
  for (const sibling of [plain, `${plain}.gz`]) {
    const at = folderOf(path) + sibling;
    if ((await files.stat(at))?.kind === "file") return labelsOfArray(parseIdx(await files.read(at), at), count, at);
  }
  return null;
}
