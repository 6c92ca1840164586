/** Pictures at a data address, all or a seeded sample, as one array. */

import { IMAGE, type PictureArray } from "../../src/data/pictures.js";
import { open } from "../../src/node.js";

/** At most `limit` pictures, a sample drawn by seed 0. */
export async function picturesAt(
  address: string,
  limit?: number,
  size?: readonly [number, number],
): Promise<PictureArray> {
  const data = await open(address, { limit, ...(size ? { size } : {}) });
  const { height, width, channels } = data.schema.fields[IMAGE] as unknown as PictureArray;
  const columns = await data.read(Uint32Array.from({ length: data.count }, (_, i) => i));
  await data.close();
  return { count: data.count, height, width, channels, pixels: columns[IMAGE] as PictureArray["pixels"] };
}
