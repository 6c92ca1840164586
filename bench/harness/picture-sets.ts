/** The six sets of pictures that models and metrics are tried on, as far as they are at hand. */

import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { drawFaces } from "../data/draw-faces.js";

export interface PictureSet {
  readonly name: string;
  /** What `fit` takes. */
  readonly train: string;
  /** What it is judged on; null where there is no test set, and some of the records trained on stand in. */
  readonly test: string | null;
}

const FACES = 5_000;

/** The sets, and why the others are not there. Draws the faces on the first call; emoji come by npm when they are opened. */
export async function pictureSets(root: string): Promise<{ sets: PictureSet[]; notes: string[] }> {
  const { VAEKIT_DATA } = process.env;
  const given = VAEKIT_DATA ? fromData(join(VAEKIT_DATA, "images")) : [];
  const sets: PictureSet[] = [
    { name: "mnist", train: "mnist", test: "mnist#test" },
    ...given,
    { name: "emoji", train: "emoji", test: null },
    { name: "faces", train: await faces(join(root, "bench", ".cache", "faces")), test: null },
  ];
  return { sets, notes: VAEKIT_DATA ? [] : ["VAEKIT_DATA is not set: no fashion, frey, cifar."] };
}

function fromData(images: string): PictureSet[] {
  const fashion = join(images, "fashion-mnist");
  const all = [
    { name: "fashion", train: fashion, test: `${fashion}#test` },
    { name: "frey", train: join(images, "freyfaces"), test: null },
    { name: "cifar", train: join(images, "cifar10-train.zip"), test: join(images, "cifar10-test.zip") },
  ];
  return all.filter(({ train }) => existsSync(train));
}

/** The folder of drawn faces, whole or not at all. */
async function faces(folder: string): Promise<string> {
  if (existsSync(folder)) return folder;
  const temporary = `${folder}.drawing`;
  await rm(temporary, { recursive: true, force: true });
  await drawFaces(temporary, { count: FACES, by: "smiling", seed: 0 });
  await rename(temporary, folder);
  return folder;
}
