/** A list of picture files, wherever they lie, as a data set: choose a size, decode, keep what was decoded. */

import { createHash } from "node:crypto";
import type { Dataset, Labels, OpenOptions } from "../../data/dataset.js";
import { labelsOf } from "../../data/labels.js";
import { choosePictureSize, type PictureLook, type PictureSize } from "../../data/picture-size.js";
import { checkIndex } from "../../data/pictures.js";
import { sampleIndices } from "../../data/split.js";
import { PROBE_STREAM } from "../../data/streams.js";
import { VaekitError } from "../../errors.js";
import { looksGrey, pictureHeader } from "../pictures.js";
import { checkSignal, noneDecodes } from "./decode.js";
import type { PictureItem } from "./picture-item.js";
import { openSpool } from "./spool.js";

/** Where items come from. */
export interface ItemsOrigin {
  /** The address, the data set's name. */
  readonly name: string;
  readonly notices?: readonly string[];
}

/** Pictures looked at to choose size and channels. */
const PROBED = 200;

/**
 * A data set of `items`; those that cannot be decoded are counted, named in a notice and skipped. E_DATA when none is
 * left; E_OPTION for an invalid size; E_INTERRUPTED when the signal says so.
 */
export async function itemsDataset(
  items: readonly PictureItem[],
  origin: ItemsOrigin,
  options: OpenOptions,
): Promise<Dataset> {
  const labels = itemLabels(items);
  const kept = sampleIndices(items.length, options.limit ?? items.length, options.seed ?? 0);
  const chosen = Array.from(kept, (i) => items[i]);
  for (const notice of origin.notices ?? []) options.onNotice?.(notice);
  const size = isFixed(options) ? choosePictureSize([], options) : await probe(chosen, origin.name, options);
  const spool = await openSpool(chosen, size, { key: spoolKey(chosen, size), name: origin.name, options });
  return {
    ...spool.dataset,
    labels: labels && { names: labels.names, indices: Int32Array.from(spool.kept, (i) => labels.indices[kept[i]]) },
    notices: [...(origin.notices ?? []), ...spool.dataset.notices],
    id: (index) => chosen[spool.kept[checkIndex(index, spool.kept.length, origin.name)]].id,
  };
}

/** Whether nothing is left to choose, as for a model's own size. */
function isFixed({ size = "auto", channels = "auto" }: OpenOptions): boolean {
  return size !== "auto" && channels !== "auto";
}

/** Labels of all items, so that a sample has the same classes; null when none has one. */
function itemLabels(items: readonly PictureItem[]): Labels | null {
  const names = items.map(({ label }) => label);
  return names.some((label) => label !== null) ? labelsOf(names.map((label) => label ?? "")) : null;
}

/** A digest of everything that the decoded pixels depend on. */
function spoolKey(items: readonly PictureItem[], { height, width, channels }: PictureSize): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([SPOOL_VERSION, height, width, channels]));
  for (const { id, stamp } of items) hash.update(`\n${id}\t${stamp}`);
  return hash.digest("hex");
}
/** Raise it when decoding changes, so that pixels decoded before are not used. */
const SPOOL_VERSION = 1;

/** Looks at a sample of the pictures. Broken ones say nothing; E_DATA when all are. */
async function probe(items: readonly PictureItem[], name: string, options: OpenOptions): Promise<PictureSize> {
  const looks: PictureLook[] = [];
  let reason = "";
  let allGrey = options.channels !== 1 && options.channels !== 3;
  for (const i of sampleIndices(items.length, PROBED, 0, PROBE_STREAM)) {
    checkSignal(options.signal, name);
    try {
      const bytes = await items[i].read();
      const header = await pictureHeader(bytes, items[i].id);
      // Grey pictures are often stored in colour; one that is not settles it, so most sets cost one look.
      allGrey &&= header.isGrey || (await looksGrey(bytes, items[i].id));
      looks.push({ ...header, isGrey: allGrey });
    } catch (error) {
      reason ||= error instanceof Error ? error.message : String(error);
    }
  }
  if (looks.length > 0) return choosePictureSize(looks, options);
  if (items.length <= PROBED) throw noneDecodes(items.length, name, reason);
  throw new VaekitError("E_DATA", `${name}: none of ${PROBED} pictures looked at can be decoded; the first: ${reason}`);
}
