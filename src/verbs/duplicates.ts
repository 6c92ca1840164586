/** Finds copies and near copies among records: proposed by their codes, confirmed in their pixels. */

import type { Columns, Dataset } from "../data/dataset.js";
import { sampleIndices } from "../data/split.js";
import { VaekitError } from "../errors.js";
import { nearPairs } from "../eval/near-pairs.js";
import { scaledCodes } from "../eval/nearest.js";
import { pca } from "../eval/pca.js";
import { fieldsOf } from "../fields/list.js";
import type { Runner } from "../model/runner.js";
import { Philox } from "../random.js";
import { type KnownCodes, knownCodes, posteriorVarianceOf } from "./known-codes.js";
import { type BatchOptions, imageFieldOf } from "./pictures.js";
import { PROBE_STREAM } from "./streams.js";

export interface DuplicateRecord {
  readonly index: number;
  readonly id: string;
  readonly label: string | null;
}
export interface DuplicatePair {
  /** "exact": the same values. */
  readonly kind: "exact" | "near";
  readonly first: DuplicateRecord;
  readonly second: DuplicateRecord;
  /** Root mean square difference of the values, of 0..1. */
  readonly difference: number;
  /** Distance of their codes, as `neighbors` measures it. */
  readonly distance: number;
}
export interface Duplicates {
  readonly records: number;
  /** Exact copies first, then the more alike the earlier. Of n equal records each is paired with the first. */
  readonly pairs: readonly DuplicatePair[];
  readonly tolerance: number;
  /** Codes nearer than this were compared. */
  readonly radius: number;
  /** What a person should know; null where there is nothing. */
  readonly notice: string | null;
}

/** JPEG at quality 75, a little noise or another brightness change a picture by less than this. */
export const DEFAULT_TOLERANCE = 0.03;
/** More pairs than this are too many to read their pictures. */
const MAX_CANDIDATES = 1_000_000;
const PAIRS_AT_ONCE = 256;

export interface DuplicatesOptions extends BatchOptions {
  readonly tolerance: number;
  readonly seed: number;
  /** Called while pairs are confirmed. */
  readonly onCompared?: (done: number, total: number) => void;
}

/**
 * Pairs of records whose values differ by at most `tolerance` (root mean square). Exact copies are found by a hash of
 * their content; for the others codes near each other are found by a k-d tree (about count log(count) steps while near
 * copies are rare: 50,000 codes of 20 latents take 10 to 15 seconds) and their pictures compared. How near codes of near
 * copies lie is measured: see `radiusFor`. E_SHAPE for data of another size than the model's.
 */
export async function findDuplicates(
  runner: Runner,
  dataset: Dataset,
  { tolerance, seed, signal, onProgress, onCompared }: DuplicatesOptions,
): Promise<Duplicates> {
  const codes = await knownCodes(runner, dataset, { signal, onProgress });
  const variance = posteriorVarianceOf(runner, codes);
  const points = scaledCodes(codes.mu, variance);
  const { originals, copies } = groupCopies(codes.hashes);

  const radius = await radiusFor(runner, dataset, { codes, variance, tolerance, seed });
  const { pairs, isComplete } = nearPairs(
    turned(points, runner.latent, originals),
    runner.latent,
    radius,
    MAX_CANDIDATES,
  );
  const near = pairs
    .map(({ a, b, distance }) => ({ a: originals[a], b: originals[b], distance }))
    .sort((one, two) => one.a - two.a || one.b - two.b); // neighbours in the file are read together

  const recordOf = (index: number): DuplicateRecord => ({
    index,
    id: codes.ids[index],
    label: codes.labels?.[index] || null,
  });
  const found: DuplicatePair[] = copies.map(({ first, second }) => ({
    kind: "exact",
    first: recordOf(first),
    second: recordOf(second),
    difference: 0,
    distance: 0,
  }));
  const alike: DuplicatePair[] = [];
  for (let at = 0; at < near.length; at += PAIRS_AT_ONCE) {
    signal?.throwIfAborted();
    const part = near.slice(at, at + PAIRS_AT_ONCE);
    const differences = await differencesOf(dataset, runner, part);
    part.forEach(({ a, b, distance }, i) => {
      if (differences[i] > tolerance) return;
      const [difference, shown] = [differences[i], distance].map((value) => Number(value.toFixed(4)));
      alike.push({ kind: "near", first: recordOf(a), second: recordOf(b), difference, distance: shown });
    });
    onCompared?.(Math.min(near.length, at + PAIRS_AT_ONCE), near.length);
  }
  found.push(...alike.sort((one, two) => one.difference - two.difference));
  const notice = isComplete
    ? null
    : `more than ${MAX_CANDIDATES.toLocaleString("en")} pairs lie near each other in latent space: only those were compared, and there may be more near copies. Take a smaller --tolerance.`;
  return { records: codes.count, pairs: found, tolerance, radius, notice };
}

/** The first record of each content, and the others paired with it. */
function groupCopies(hashes: readonly string[]) {
  const firsts = new Map<string, number>();
  const copies: { first: number; second: number }[] = [];
  hashes.forEach((hash, i) => {
    const first = firsts.get(hash);
    if (first === undefined) firsts.set(hash, i);
    else copies.push({ first, second: i });
  });
  copies.sort((one, two) => one.first - two.first || one.second - two.second);
  return { originals: Uint32Array.from(firsts.values()), copies };
}

/** The points of `chosen` turned to their main axes: distances stay, and most of one is seen in its first coordinates. */
function turned(points: Float32Array, width: number, chosen: Uint32Array): Float32Array {
  const kept = new Float32Array(chosen.length * width);
  for (const [i, index] of chosen.entries()) kept.set(points.subarray(index * width, (index + 1) * width), i * width);
  return pca(kept, width, width).project(kept);
}

/** Root mean square differences of pairs of records, over all values of all fields, of 0..1. */
async function differencesOf(
  dataset: Dataset,
  { config }: Runner,
  pairs: readonly { readonly a: number; readonly b: number }[],
): Promise<Float64Array> {
  const columns = await dataset.read(Uint32Array.from(pairs.flatMap(({ a, b }) => [a, b])));
  const fields = fieldsOf(config.schema);
  const total = fields.reduce((sum, { size }) => sum + size, 0);
  const squares = new Float64Array(pairs.length);
  for (const { name, kind, schema, size } of fields) {
    const values = kind.encode(columns[name], schema);
    for (let i = 0; i < pairs.length; i++) {
      const [a, b] = [2 * i * size, (2 * i + 1) * size];
      for (let j = 0; j < size; j++) squares[i] += (values[a + j] - values[b + j]) ** 2 / total;
    }
  }
  return squares.map(Math.sqrt);
}

// --- how far codes of near copies lie apart ----------------------------------------------------------------------------------

const PROBED = 256;
/** Share of changed pictures whose codes are still found. */
const RECALL = 0.95;
/** Blobs of even light, this many along a side: as resaving and editing change pictures, coarser than single pixels. */
const BLOBS = 4;

/**
 * The distance within which codes of near copies lie: some records are changed, once by noise in each pixel and once by
 * coarse blobs of light, and encoded; of the distances that their codes move by per unit of root mean square difference
 * the 95 % quantile is taken, times `tolerance`.
 */
async function radiusFor(
  runner: Runner,
  dataset: Dataset,
  probe: { codes: KnownCodes; variance: readonly number[]; tolerance: number; seed: number },
): Promise<number> {
  const { codes, variance, tolerance, seed } = probe;
  const { name, height, width, channels } = imageFieldOf(runner.config);
  const size = height * width * channels;
  const chosen = sampleIndices(dataset.count, PROBED, seed, PROBE_STREAM);
  const columns = await dataset.read(chosen);
  const [field] = fieldsOf(runner.config.schema).filter((candidate) => candidate.name === name);
  const values = field.kind.encode(columns[name], field.schema);
  const before = scaledCodes(rowsAt(codes.mu, runner.latent, chosen), variance);
  const random = new Philox(seed, PROBE_STREAM);
  const fine = (noise: Float32Array, j: number) => noise[j];
  const coarse = (noise: Float32Array, j: number) => {
    const pixel = Math.floor(j / channels);
    const row = Math.floor((BLOBS * Math.floor(pixel / width)) / height);
    return noise[row * BLOBS + Math.floor((BLOBS * (pixel % width)) / width)];
  };
  const moves: number[] = [];
  for (const shape of [fine, coarse]) {
    const changed = new Float32Array(values.length);
    const differences = new Float64Array(chosen.length);
    for (let i = 0; i < chosen.length; i++) {
      const noise = random.normals(new Float32Array(Math.max(size, BLOBS * BLOBS)));
      for (let j = 0; j < size; j++) {
        const at = i * size + j;
        changed[at] = Math.min(1, Math.max(0, values[at] + tolerance * shape(noise, j)));
        differences[i] += (changed[at] - values[at]) ** 2 / size;
      }
    }
    const { mu } = await runner.encode({ ...columns, [name]: changed } as Columns, chosen.length);
    const after = scaledCodes(mu, variance);
    for (let i = 0; i < chosen.length; i++) {
      let square = 0;
      for (let k = i * runner.latent; k < (i + 1) * runner.latent; k++) square += (after[k] - before[k]) ** 2;
      if (differences[i] > 0) moves.push(Math.sqrt(square / differences[i]));
    }
  }
  moves.sort((a, b) => a - b);
  if (moves.length === 0) throw new VaekitError("E_DATA", `${dataset.name}: no pictures to compare`);
  return moves[Math.min(moves.length - 1, Math.floor(RECALL * moves.length))] * tolerance;
}

function rowsAt(values: Float32Array, width: number, indices: Uint32Array): Float32Array {
  const out = new Float32Array(indices.length * width);
  for (const [row, index] of indices.entries())
    out.set(values.subarray(index * width, (index + 1) * width), row * width);
  return out;
}
