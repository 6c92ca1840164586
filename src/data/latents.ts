/** Reads latents back from a table that `encode` wrote: CSV, JSON lines or npz. */

import { VaekitError } from "../errors.js";
import { parseCsv } from "../files/csv.js";
import { parseJsonl } from "../files/jsonl.js";
import { openNpz } from "../files/npz.js";
import { fileRanges } from "../files/ranges.js";
import { decodeText } from "../files/text.js";
import type { Host } from "../host.js";

/** Latents of `count` records, [count, width] row by row. */
export interface Latents {
  readonly count: number;
  readonly width: number;
  readonly mu: Float32Array;
  readonly ids: readonly string[];
}

/** Names of the latent columns, in this order: means first, else draws. */
const NAMES = ["mu", "z"];
const ID = "id";
const HINT = "Write them with: vaekit encode MODEL DATA --out z.csv";

/**
 * Latents of a .csv or .jsonl file with columns mu_0, mu_1... (or z_0...) or of an .npz file with an array mu (or z)
 * [count, width]; ids from the column or array `id`, else the index. E_PATH, E_FILE; E_DATA names file, row and column.
 */
export async function readLatents(path: string, host: Host): Promise<Latents> {
  const extension = /\.[^./\\]+$/.exec(path)?.[0].toLowerCase();
  if (extension === ".npz") return fromNpz(path, host);
  if (extension !== ".csv" && extension !== ".jsonl" && extension !== ".ndjson") {
    throw new VaekitError("E_DATA", `${path}: latents are read from .csv, .jsonl or .npz files`, HINT);
  }
  const text = decodeText(await host.files.read(path), path);
  if (extension === ".csv") {
    const { header, rows } = parseCsv(text, path);
    return fromRows(header, rows, path);
  }
  const objects = parseJsonl(text, path);
  const header = Object.keys(objects[0] ?? {});
  return fromRows(
    header,
    objects.map((object) => header.map((name) => object[name])),
    path,
  );
}

function fromRows(header: readonly string[], rows: readonly (readonly unknown[])[], path: string): Latents {
  const name = NAMES.find((candidate) => header.includes(`${candidate}_0`));
  if (name === undefined) {
    throw new VaekitError(
      "E_DATA",
      `${path}: no column mu_0 or z_0; it has ${header.slice(0, 8).join(", ") || "none"}`,
      HINT,
    );
  }
  const isLatent = new RegExp(`^${name}_\\d+$`);
  const width = header.filter((column) => isLatent.test(column)).length;
  const placeOf = new Map(header.map((column, place) => [column, place]));
  const places = Array.from({ length: width }, (_, j) => placeOf.get(`${name}_${j}`) ?? -1);
  const gap = places.indexOf(-1);
  if (gap >= 0)
    throw new VaekitError(
      "E_DATA",
      `${path}: no column ${name}_${gap}, but ${width} columns ${name}_0, ${name}_1...`,
      HINT,
    );
  if (rows.length === 0) throw new VaekitError("E_DATA", `${path}: no rows below the header`, HINT);
  const mu = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    places.forEach((place, j) => {
      mu[i * width + j] = numberOf(row[place], () => `${path}: row ${i + 1}, column "${name}_${j}"`);
    });
  });
  const id = header.indexOf(ID);
  return { count: rows.length, width, mu, ids: rows.map((row, i) => String(id < 0 ? i : row[id])) };
}

function numberOf(value: unknown, where: () => string): number {
  const number =
    typeof value === "number" ? value : typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  if (Number.isFinite(Math.fround(number))) return number;
  throw new VaekitError("E_DATA", `${where()}: got ${JSON.stringify(value) ?? "nothing"}, expected a number`);
}

async function fromNpz(path: string, host: Host): Promise<Latents> {
  const npz = await openNpz(await fileRanges(path, host.files), path);
  const key = NAMES.find((candidate) => npz.keys.includes(candidate));
  if (key === undefined)
    throw new VaekitError("E_DATA", `${path}: no array mu or z; it has ${npz.keys.join(", ") || "none"}`, HINT);
  const { shape, values } = await npz.read(key);
  const [count, width] = shape;
  if (shape.length !== 2 || count === 0 || width === 0) {
    throw new VaekitError("E_DATA", `${path}#${key}: got shape [${shape.join(", ")}], expected [count, width]`);
  }
  const mu = new Float32Array(values.length);
  for (let i = 0; i < mu.length; i++) {
    mu[i] = numberOf(Number(values[i]), () => `${path}#${key}: row ${Math.floor(i / width)}, column ${i % width}`);
  }
  const ids = npz.keys.includes(ID) ? (await npz.read(ID)).values : null;
  return { count, width, mu, ids: Array.from({ length: count }, (_, i) => String(ids?.length === count ? ids[i] : i)) };
}
