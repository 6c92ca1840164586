/** Records drawn in rows: one that leads, and those that belong to it. */

import type { Dataset } from "../data/dataset.js";
import { pictureRows } from "../eval/report/picture-rows.js";
import type { Pictures } from "../host.js";
import type { Runner } from "../model/runner.js";
import { recordPictures } from "./pictures.js";

export interface RecordRow {
  /** Number of the record among those asked for. */
  readonly lead: number;
  /** Numbers of records in the data. */
  readonly others: readonly { readonly index: number; readonly caption: string }[];
}

/** More would be a picture that few programs open. */
const MAX_ROWS = 60;
const MAX_COLUMNS = 40;

/** The sheet of the first rows, of which there is one at least, and what is left out. */
export async function drawnRows(
  runner: Runner,
  asked: Dataset,
  data: Dataset,
  rows: readonly RecordRow[],
): Promise<{ readonly picture: Pictures; readonly notice: string | null }> {
  const shown = rows.slice(0, MAX_ROWS).map((row) => ({ ...row, others: row.others.slice(0, MAX_COLUMNS) }));
  const leads = await recordPictures(
    runner,
    asked,
    shown.map(({ lead }) => lead),
  );
  const indices = shown.flatMap(({ others }) => others.map(({ index }) => index));
  const others = indices.length > 0 ? await recordPictures(runner, data, indices) : null;
  const pixels = new Uint8Array(leads.pixels.length + (others?.pixels.length ?? 0));
  pixels.set(leads.pixels);
  if (others) pixels.set(others.pixels, leads.pixels.length);
  let place = leads.count;
  const picture = pictureRows(
    { ...leads, count: leads.count + indices.length, pixels },
    shown.map(({ lead, others }, row) => ({
      lead: { place: row, caption: asked.id(lead) },
      others: others.map(({ caption }) => ({ place: place++, caption })),
    })),
  );
  const cut = rows.some(({ others }) => others.length > MAX_COLUMNS);
  const notice =
    rows.length > shown.length || cut
      ? `the sheet shows ${shown.length} of ${rows.length} rows, at most ${MAX_COLUMNS} pictures each; a table has all`
      : null;
  return { picture, notice };
}
