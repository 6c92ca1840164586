/** Data source: a folder of pictures; a picture's label is the folder it lies in. */

import { statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { VaekitError } from "../../errors.js";
import type { Source } from "../../host.js";
import { inspectFolder } from "../../store/layout.js";
import { nodeFiles } from "../files.js";
import { PICTURE_EXTENSIONS } from "../pictures.js";
import { composed, isHidden, walk } from "../walk.js";
import { itemsDataset } from "./items.js";
import type { PictureItem } from "./picture-item.js";

/** Pictures in formats that are not read; they are counted in a notice. */
export const OTHER_PICTURES = /\.(bmp|tiff?|heic|heif|svg|psd|jp2|jxl|ico|raw|cr2|nef|dng)$/i;
/** Entries looked at by a bid. */
const GLANCE = 2_000;
const FORMATS = "PNG, JPEG, WebP, GIF and AVIF are read.";

/** No other source may want it, and then it is for us to say what is wrong. */
const LEAST = 0.1;

/** The pictures of a model folder are samples and reconstructions, no data. */
const isModel = async (path: string) => (await inspectFolder(path, nodeFiles)) === "model";

export const folderSource: Source = {
  name: "folder",
  forms: ["FOLDER of pictures", "FOLDER#SUBFOLDER"],
  async bid({ source }) {
    if ((await nodeFiles.stat(source))?.kind !== "folder") return 0;
    if (await isModel(source)) return LEAST;
    let seen = 0;
    for await (const path of walk(source)) {
      if (isPictureName(path)) return 0.8;
      if (++seen >= GLANCE) break;
    }
    return LEAST;
  },
  async open({ text, source, part }, options) {
    if (await isModel(source))
      throw new VaekitError(
        "E_DATA",
        `${text}: a model folder, expected pictures`,
        "The pictures in it are the model's own; give the data that it was trained on, or other data.",
      );
    const root = part === null ? source : await partFolder(source, part);
    const paths: string[] = [];
    const others: string[] = [];
    let seen = 0;
    for await (const path of walk(root)) {
      seen++;
      if (isPictureName(path)) paths.push(path);
      else if (OTHER_PICTURES.test(path)) others.push(path);
    }
    if (paths.length === 0) throw noPictures(text, seen, others);
    const notices =
      others.length > 0
        ? [`${text}: ${others.length} files in other formats are left out (${basename(others[0])}...). ${FORMATS}`]
        : [];
    const labelled = paths.some((path) => relative(root, path).includes(sep));
    const items = paths.map((path) =>
      fileItem(path, composed(relative(root, path).split(sep).join("/")), labelled ? composed(parentName(path)) : null),
    );
    return itemsDataset(items, { name: text, notices }, options);
  },
};

/** A picture file on the disk. */
export function fileItem(path: string, id: string, label: string | null): PictureItem {
  const info = statSync(path, { throwIfNoEntry: false });
  const size = info?.size ?? 0;
  return { id, label, size, stamp: `${size}:${info?.mtimeMs}`, read: () => nodeFiles.read(path) };
}

export function isPictureName(path: string): boolean {
  const lower = path.toLowerCase();
  return PICTURE_EXTENSIONS.some((extension) => lower.endsWith(extension));
}

function parentName(path: string): string {
  return basename(resolve(path, ".."));
}

async function partFolder(source: string, part: string): Promise<string> {
  const path = join(source, part);
  const isInside = !part.split(/[/\\]/).includes("..");
  if (isInside && (await nodeFiles.stat(path))?.kind === "folder") return path;
  const spelt = (await readdir(source)).find((name) => composed(name) === composed(part));
  if (spelt !== undefined && (await nodeFiles.stat(join(source, spelt)))?.kind === "folder") return join(source, spelt);
  const folders = (await readdir(source, { withFileTypes: true })).filter(
    (entry) => entry.isDirectory() && !isHidden(entry.name),
  );
  const known = folders.map(({ name }) => name).sort();
  throw new VaekitError(
    "E_DATA",
    `${source}: no part "${part}"`,
    `Its folders: ${known.slice(0, 20).join(", ") || "none"}.`,
  );
}

function noPictures(text: string, seen: number, others: readonly string[]): VaekitError {
  if (seen === 0) return new VaekitError("E_DATA", `${text}: an empty folder, expected pictures`, FORMATS);
  const what =
    others.length > 0 ? `, ${others.length} of them pictures in other formats (${basename(others[0])}...)` : "";
  return new VaekitError("E_DATA", `${text}: no picture among ${seen} files${what}`, FORMATS);
}
