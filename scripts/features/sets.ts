/** The labelled pictures that the feature net learns from, brought to its size, each set with the outputs that are its own. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Dataset } from "../../src/data/dataset.js";
import { IMAGE } from "../../src/data/pictures.js";
import { stretchPictures } from "../../src/data/resize.js";
import { sampleIndices } from "../../src/data/split.js";
import { FEATURE_SIZE } from "../../src/eval/features/net.js";
import { parseCsv } from "../../src/files/csv.js";
import { open } from "../../src/node.js";

/** Records of sets that are learned quickly; the others give all. */
const ENOUGH = 10_000;
/** Of sets without a test set, this share is kept aside. */
const ASIDE = 0.1;

/** Pictures [count, 32, 32, 3] as bytes, and per picture what each output of the set should say, 0 or 1. */
export interface Labelled {
  readonly count: number;
  readonly pixels: Uint8Array;
  /** [count, outputs] */
  readonly targets: Uint8Array;
}
export interface LabelledSet {
  readonly name: string;
  readonly outputs: number;
  /** The outputs are classes, of which one is right; else each answers a question of its own. */
  readonly isOneOf: boolean;
  /** Left and right may be exchanged. */
  readonly flips: boolean;
  readonly train: Labelled;
  readonly test: Labelled;
}

/** All sets. `data` is the folder of test data, `faces` what bench/data/faces.ts drew. */
export async function labelledSets(data: string, faces: string, seed: number): Promise<LabelledSet[]> {
  const images = join(data, "images");
  return [
    await twoParts("mnist", ["mnist", "mnist#test"], ENOUGH, false, seed),
    await twoParts(
      "fashion",
      [join(images, "fashion-mnist"), `${join(images, "fashion-mnist")}#test`],
      ENOUGH,
      true,
      seed,
    ),
    await twoParts(
      "cifar",
      [join(images, "cifar10-train.zip"), join(images, "cifar10-test.zip")],
      Number.POSITIVE_INFINITY,
      true,
      seed,
    ),
    await onePart("emoji", await open("emoji"), null, false, seed),
    await onePart("faces", await open(faces), attributesOf(faces), true, seed),
  ];
}

async function twoParts(
  name: string,
  parts: readonly string[],
  most: number,
  flips: boolean,
  seed: number,
): Promise<LabelledSet> {
  const [train, test] = [await open(parts[0]), await open(parts[1])];
  const all = (set: Dataset) => sampleIndices(set.count, most, seed);
  const outputs = train.labels!.names.length;
  const of = (set: Dataset) => labelled(set, all(set), outputs, (i) => oneHot(set.labels!.indices[i], outputs));
  return { name, outputs, isOneOf: true, flips, train: await of(train), test: await of(test) };
}

/** A set of one part: some records are kept aside. Targets are its labels, or what `answers` says by id. */
async function onePart(
  name: string,
  set: Dataset,
  answers: ReadonlyMap<string, number[]> | null,
  flips: boolean,
  seed: number,
): Promise<LabelledSet> {
  const test = sampleIndices(set.count, Math.round(set.count * ASIDE), seed);
  const isTest = new Set(test);
  const train = Uint32Array.from({ length: set.count }, (_, i) => i).filter((i) => !isTest.has(i));
  const outputs = answers ? [...answers.values()][0].length : set.labels!.names.length;
  const target = (i: number) => answers?.get(set.id(i)) ?? oneHot(set.labels!.indices[i], outputs);
  const of = (indices: Uint32Array) => labelled(set, indices, outputs, target);
  return { name, outputs, isOneOf: answers === null, flips, train: await of(train), test: await of(test) };
}

async function labelled(
  set: Dataset,
  indices: Uint32Array,
  outputs: number,
  target: (index: number) => readonly number[],
): Promise<Labelled> {
  const { height, width, channels } = set.schema.fields[IMAGE] as unknown as typeof FEATURE_SIZE;
  const pixels = (await set.read(indices))[IMAGE] as Uint8Array;
  const count = indices.length;
  const sized = stretchPictures({ count, height, width, channels, pixels }, FEATURE_SIZE);
  const targets = new Uint8Array(count * outputs);
  indices.forEach((index, i) => {
    targets.set(target(index), i * outputs);
  });
  return { count, pixels: sized.pixels as Uint8Array, targets };
}

function oneHot(index: number, length: number): number[] {
  return Array.from({ length }, (_, i) => (i === index ? 1 : 0));
}

/** What faces.csv says of each picture: yes or no per attribute, then one of the skins and one of the hair colours. */
function attributesOf(folder: string): Map<string, number[]> {
  const { header, rows } = parseCsv(readFileSync(join(folder, "faces.csv"), "utf8"), "faces.csv");
  const named = (name: string) => rows.map((row) => row[header.indexOf(name)]);
  const columns = header.slice(1).flatMap((name) => {
    const values = [...new Set(named(name))].sort();
    return values.length === 2 ? [[name, "1"]] : values.map((value) => [name, value]);
  });
  return new Map(
    rows.map((row) => [row[0], columns.map(([name, value]) => Number(row[header.indexOf(name)] === value))]),
  );
}
