/** Opens data by its address: every source looks at it and bids, the highest bid opens. */

import { didYouMean, VaekitError } from "../errors.js";
import type { Host } from "../host.js";
import { parseAddress, withIndex } from "./address.js";
import type { Address, Dataset, OpenOptions } from "./dataset.js";
import { withFields } from "./label-field.js";
import { checkOpenOptions } from "./options.js";
import { sampleIndices } from "./split.js";
import { subset } from "./subset.js";

/**
 * Opens the data at `text`, SOURCE[#PART][/INDEX]. `limit` keeps a sample drawn by `seed` in the source's order; an index
 * gives that one record and no limit applies. E_OPTION for options that cannot be; E_PATH where there is nothing;
 * E_UNKNOWN for a data set whose name is misspelt; E_DATA and E_FILE for data that cannot be used.
 */
export async function openDataset(text: string, options: OpenOptions, host: Host): Promise<Dataset> {
  checkOpenOptions(options);
  const address = await readAddress(text, host);
  const bids = await Promise.all(
    host.sources.map(async (source) => ({ source, bid: await source.bid(address, host) })),
  );
  const best = bids.reduce((a, b) => (b.bid > a.bid ? b : a), { source: null, bid: 0 } as {
    source: Host["sources"][0] | null;
    bid: number;
  });
  if (!best.source) throw await noBid(address, host);
  const { index } = address;
  const { limit, fields, ...unlimited } = options;
  const opened = await best.source.open(address, index === null ? options : unlimited, host);
  try {
    const dataset = fields ? withFields(opened, fields) : opened;
    if (index !== null) return single(dataset, index);
    if (limit === undefined || dataset.count <= limit) return dataset;
    return subset(dataset, sampleIndices(dataset.count, limit, options.seed ?? 0));
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** A path that exists is taken as it is, whatever signs are in its name; `mnist/12` is record 12 where it is no path. */
async function readAddress(text: string, host: Host): Promise<Address> {
  if (text.includes("#") && (await host.files.stat(text))) return { text, source: text, part: null, index: null };
  const address = parseAddress(text);
  const indexed = withIndex(address);
  return indexed && !(await host.files.stat(address.source)) ? indexed : address;
}

function single(dataset: Dataset, index: number): Dataset {
  if (index < dataset.count) return subset(dataset, Uint32Array.of(index));
  throw new VaekitError(
    "E_DATA",
    `${dataset.name}: no record ${index}, it has ${dataset.count} (0..${dataset.count - 1})`,
  );
}

/** Why nothing opens: misspelt, missing, or of a kind that no source knows. */
async function noBid({ text, source }: Address, host: Host): Promise<VaekitError> {
  const names = host.sources.flatMap(({ forms }) => forms).filter((form) => /^[\w-]+$/.test(form));
  const forms = `Data can be ${host.sources.flatMap((known) => known.forms).join(", ")}.`;
  const info = await host.files.stat(source);
  if (!info) {
    const near = /^[\w-]+$/.test(source) ? didYouMean(source, names) : "";
    if (near.startsWith("Did")) return new VaekitError("E_UNKNOWN", `unknown data set "${source}"`, near);
    return new VaekitError("E_PATH", `${text}: no such file or folder, and no data set of this name`, forms);
  }
  if (info.kind === "folder") {
    const list = await host.files.list(source);
    const seen =
      list.length === 0 ? "an empty folder" : `a folder of ${list.length} (${list.slice(0, 3).join(", ")}...)`;
    return new VaekitError("E_DATA", `${text}: ${seen}, which no data source knows`, forms);
  }
  const extension = /\.[^./\\]+$/.exec(source)?.[0];
  const seen = `a file of ${info.size} bytes ${extension ? `named ${extension}` : "without an extension"}`;
  return new VaekitError("E_DATA", `${text}: ${seen}, which no data source of this version reads`, forms);
}
