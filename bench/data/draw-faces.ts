/**
 * Draws cartoon faces with known attributes, by DiceBear in the style Avataaars (Pablo Stanley; free for personal and
 * commercial use), which npm brings into bench/.cache on the first call.
 */

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import sharp from "sharp";
import { writeCsv } from "../../src/files/csv.js";
import { Philox } from "../../src/random.js";
import { installed } from "../harness/packages.js";

const PACKAGES = ["@dicebear/core@9.4.3", "@dicebear/collection@9.4.3"];
const SIDE = 64;
/** Percent: the head fills the picture, and a mouth has about a dozen pixels. */
const SCALE = 135;
const SHIFT = 8;
const benchFolder = dirname(dirname(fileURLToPath(import.meta.url)));

/** Mouths by whether they smile; those of the style that are no expression (food, sick) are left out. */
const MOUTHS = {
  true: ["default", "smile", "twinkle", "tongue"],
  false: ["concerned", "disbelief", "sad", "serious", "grimace", "screamOpen"],
};
const HATS = ["hat", "hijab", "turban", "winterHat1", "winterHat02", "winterHat03", "winterHat04"];
const LONG_HAIR = [
  "bob",
  "bun",
  "curly",
  "curvy",
  "longButNotTooLong",
  "straight01",
  "straight02",
  "bigHair",
  "miaWallace",
];
const SHORT_HAIR = [
  "shortCurly",
  "shortFlat",
  "shortRound",
  "shortWaved",
  "theCaesar",
  "frizzle",
  "shaggy",
  "sides",
  "fro",
];
const GLASSES = ["prescription01", "prescription02", "round", "wayfarers", "sunglasses"];
const BEARDS = ["beardLight", "beardMedium", "beardMajestic", "moustacheFancy"];
const EYES = ["default", "happy", "side", "squint", "surprised", "wink", "closed"];
const EYEBROWS = [
  "default",
  "defaultNatural",
  "flatNatural",
  "raisedExcitedNatural",
  "upDownNatural",
  "sadConcernedNatural",
];
const CLOTHES = [
  "blazerAndShirt",
  "blazerAndSweater",
  "collarAndSweater",
  "hoodie",
  "overall",
  "shirtCrewNeck",
  "shirtVNeck",
];
const SKINS = { light: "ffdbb4", fair: "edb98a", tan: "d08b5b", brown: "ae5d29", dark: "614335" };
const HAIRS = { black: "2c1b18", brown: "724133", blond: "d6b370", red: "c93305", grey: "b7b7b7" };
const CLOTHES_COLOURS = ["262e33", "5199e4", "25557c", "e6e6e6", "a7ffc4", "ff488e", "ff5c5c", "ffffb1"];
const BACKGROUNDS = ["b6e3f4", "c0aede", "d1d4f9", "ffd5dc", "ffdfbf"];

/** Attributes that a face may have, each drawn by itself, so that none tells another; shares are those of "yes". */
const SHARES = { smiling: 0.5, glasses: 0.3, beard: 0.25, hat: 0.15, longhair: 0.5 } as const;
export type Attribute = keyof typeof SHARES;
export const ATTRIBUTES = Object.keys(SHARES) as readonly Attribute[];

interface Face {
  readonly attributes: Readonly<Record<Attribute, boolean>>;
  readonly skin: string;
  readonly hair: string;
  /** Options of the style. */
  readonly look: Readonly<Record<string, unknown>>;
}

/** The face with this number: the same for a seed whatever is drawn beside it. */
function face(number: number, seed: number): Face {
  const random = new Philox(seed, number);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.uniform() * from.length)];
  const attributes = Object.fromEntries(ATTRIBUTES.map((name) => [name, random.uniform() < SHARES[name]]));
  const { smiling, glasses, beard, hat, longhair } = attributes;
  const [skin, hair] = [pick(Object.keys(SKINS)), pick(Object.keys(HAIRS))];
  const look = {
    mouth: [pick(MOUTHS[`${smiling}`])],
    top: [pick(hat ? HATS : longhair ? LONG_HAIR : SHORT_HAIR)],
    hatColor: [pick(CLOTHES_COLOURS)],
    eyes: [pick(EYES)],
    eyebrows: [pick(EYEBROWS)],
    accessories: [pick(GLASSES)],
    accessoriesColor: [pick(CLOTHES_COLOURS)],
    accessoriesProbability: glasses ? 100 : 0,
    facialHair: [pick(BEARDS)],
    facialHairColor: [HAIRS[hair as keyof typeof HAIRS]],
    facialHairProbability: beard ? 100 : 0,
    hairColor: [HAIRS[hair as keyof typeof HAIRS]],
    skinColor: [SKINS[skin as keyof typeof SKINS]],
    clothing: [pick(CLOTHES)],
    clothesColor: [pick(CLOTHES_COLOURS)],
    backgroundColor: [pick(BACKGROUNDS)],
    scale: SCALE,
    translateY: SHIFT,
  };
  return { attributes: attributes as Face["attributes"], skin, hair, look };
}

type Draw = (look: Face["look"]) => string;

/** SVG text for a look. */
async function drawing(): Promise<Draw> {
  const folder = await installed(join(benchFolder, ".cache", "packages"), PACKAGES);
  const load = (path: string) => import(pathToFileURL(join(folder, "node_modules", "@dicebear", path)).href);
  const { createAvatar } = (await load("core/lib/index.js")) as {
    createAvatar(style: unknown, look: object): { toString(): string };
  };
  const { avataaars } = (await load("collection/lib/index.js")) as { avataaars: unknown };
  return (look) => createAvatar(avataaars, { ...look, seed: "face" }).toString();
}

export interface FacesOptions {
  readonly count: number;
  /** The attribute that becomes the label. */
  readonly by: Attribute;
  readonly seed: number;
  readonly onProgress?: (done: number) => void;
}

/**
 * Draws `count` faces of 64x64 into `out`, which must be empty, in a folder per value of the attribute `by` ("smiling", "not
 * smiling"); faces.csv says all attributes of each.
 */
export async function drawFaces(out: string, { count, by, seed, onProgress }: FacesOptions): Promise<void> {
  const folders = { true: by, false: `not ${by}` };
  for (const name of Object.values(folders)) await mkdir(join(out, name), { recursive: true });
  const draw = await drawing();
  const rows: (string | number)[][] = [];
  for (let number = 0; number < count; number++) {
    const { attributes, skin, hair, look } = face(number, seed);
    const name = `${folders[`${attributes[by]}`]}/face-${String(number).padStart(5, "0")}.png`;
    const picture = sharp(Buffer.from(draw(look)), { density: 144 })
      .resize(SIDE, SIDE)
      .flatten()
      .png();
    await picture.toFile(join(out, name));
    rows.push([name, ...ATTRIBUTES.map((key) => Number(attributes[key])), skin, hair]);
    onProgress?.(number + 1);
  }
  await writeFile(join(out, "faces.csv"), writeCsv(["id", ...ATTRIBUTES, "skin", "hair"], rows));
}
