/** Gathers what a report shows of pictures: samples, records beside their reconstructions, walks along latents. */

import { fitPictures } from "../data/resize.js";
import type { RecordTerms } from "../eval/record-terms.js";
import type { DataUri, RecordGroup, ReportFacts } from "../eval/report/facts.js";
import { dataUri } from "../eval/report/html.js";
import { latentWalks, walkedLatents } from "../eval/traversal.js";
import type { Host, Pictures } from "../host.js";
import { decodePictures, imageFieldOf, recordPictures } from "./pictures.js";
import { rankedGroups } from "./ranked-groups.js";
import type { FormFacts, Looked } from "./report-facts.js";
import { pictureBytes } from "./results/result.js";
import { drawSamples } from "./sample-pictures.js";
import { decodeWalks } from "./traverse.js";

const SAMPLES = 64;
/** Records in each group of reconstructions. */
const SHOWN = 8;
const WALKS = { rows: 12, steps: 11, range: 2.5 };

/** Larger pictures are shown reduced to this side. */
const MAX_SIDE = 96;
/** Pictures of a page together, in base64: with all else a page stays below five megabytes. */
const MAX_PICTURE_BYTES = 4e6;

export async function pictureFacts(looked: Looked, terms: RecordTerms): Promise<FormFacts> {
  const { name: _, ...picture } = imageFieldOf(looked.config);
  const { height, width, channels } = picture;
  const decoded = await decodeAll(looked, terms);
  let side = Math.min(MAX_SIDE, Math.max(height, width));
  let shown = await asUris(decoded, side, looked.host);
  for (let size = sizeOf(shown); size > MAX_PICTURE_BYTES; size = sizeOf(shown)) {
    side = Math.floor(side * Math.min(0.9, Math.sqrt(MAX_PICTURE_BYTES / size)));
    shown = await asUris(decoded, side, looked.host);
  }
  const what = `${channels === 1 ? "grey" : "colour"} pictures of ${height} × ${width}`;
  return { what, picture, ...shown, walkRange: WALKS.range, table: null };
}

interface Decoded {
  readonly samples: Pictures;
  readonly groups: readonly DecodedGroup[];
  readonly walks: readonly { readonly name: string; readonly note: string; readonly strip: Pictures }[];
}
interface DecodedGroup {
  readonly name: string;
  readonly originals: Pictures;
  readonly reconstructions: Pictures;
  readonly ids: readonly string[];
  readonly negativeElbos: readonly number[];
}

async function decodeAll(looked: Looked, terms: RecordTerms): Promise<Decoded> {
  const { config, runner, seed, isPrivate } = looked;
  const statistics = config.latents!;
  const walks = latentWalks(statistics, walkedLatents(statistics, WALKS.rows), WALKS);
  const { pictures } = await decodeWalks(runner, walks, WALKS);
  return {
    samples: await drawSamples(runner, { count: SAMPLES, seed, temperature: 1 }),
    groups: isPrivate ? [] : await decodeGroups(looked, terms),
    walks: walks.map(({ name, note }, i) => ({ name, note, strip: picked(pictures, i * WALKS.steps, WALKS.steps) })),
  };
}

/** The records that are explained best, those in the middle, and the worst ones, the worst first. */
async function decodeGroups({ runner, data, measured, mu }: Looked, terms: RecordTerms): Promise<DecodedGroup[]> {
  const { latent } = runner;
  const decoded: DecodedGroup[] = [];
  for (const { name, places } of rankedGroups(terms.negativeElbo, SHOWN)) {
    const records = Uint32Array.from(places, (i) => measured[i]);
    const codes = Float32Array.from(places.flatMap((i) => Array.from(mu.subarray(i * latent, (i + 1) * latent))));
    decoded.push({
      name,
      originals: await recordPictures(runner, data, records),
      reconstructions: await decodePictures(runner, codes, { given: await data.read(records) }),
      ids: Array.from(records, (index) => data.id(index)),
      negativeElbos: places.map((i) => terms.negativeElbo[i]),
    });
  }
  return decoded;
}

type Shown = Pick<ReportFacts, "samples" | "groups" | "walks">;

/** All pictures at most `side` high and wide, as PNG files in addresses; none where the host cannot write them. */
async function asUris({ samples, groups, walks }: Decoded, side: number, host: Host): Promise<Shown> {
  const each = (pictures: Pictures) => uris(reduced(pictures, side), host);
  const shownGroups: RecordGroup[] = [];
  for (const { name, originals, reconstructions, ids, negativeElbos } of groups) {
    const [above, below] = [await each(originals), await each(reconstructions)];
    const records = above.map((original, i) => ({
      id: ids[i],
      original,
      reconstruction: below[i],
      negativeElbo: negativeElbos[i],
    }));
    if (records.length > 0) shownGroups.push({ name, records });
  }
  const strips = await Promise.all(walks.map(({ strip }) => uris(sideBySide(reduced(strip, side)), host)));
  return {
    samples: await each(samples),
    groups: shownGroups,
    walks: walks.flatMap(({ name, note }, i) => strips[i].map((strip) => ({ name, note, strip }))),
  };
}

async function uris(pictures: Pictures, host: Host): Promise<DataUri[]> {
  const singles = Array.from({ length: pictures.count }, (_, i) => picked(pictures, i, 1));
  const files = await Promise.all(singles.map((single) => pictureBytes("picture.png", single, {}, host)));
  return files.flatMap((bytes) => (bytes ? [dataUri("image/png", bytes)] : []));
}

function sizeOf({ samples, groups, walks }: Shown): number {
  const records = groups.flatMap(({ records }) =>
    records.flatMap(({ original, reconstruction }) => [original, reconstruction]),
  );
  return [...samples, ...records, ...walks.map(({ strip }) => strip)].reduce((sum, { length }) => sum + length, 0);
}

function picked({ height, width, channels, pixels }: Pictures, first: number, count: number): Pictures {
  const size = height * width * channels;
  return { count, height, width, channels, pixels: pixels.slice(first * size, (first + count) * size) };
}

function reduced(pictures: Pictures, side: number): Pictures {
  const { height, width } = pictures;
  const scale = side / Math.max(height, width);
  if (scale >= 1) return pictures;
  const size = [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))] as const;
  const smaller = fitPictures({ ...pictures, notices: [] }, { size }, "");
  return { ...smaller, pixels: smaller.pixels as Uint8Array };
}

/** All pictures as one, without gaps: a walk reads as one movement. */
function sideBySide({ count, height, width, channels, pixels }: Pictures): Pictures {
  const line = width * channels;
  const out = new Uint8Array(pixels.length);
  for (let i = 0; i < count; i++) {
    for (let y = 0; y < height; y++) {
      const from = (i * height + y) * line;
      out.set(pixels.subarray(from, from + line), (y * count + i) * line);
    }
  }
  return { count: 1, height, width: width * count, channels, pixels: out };
}
