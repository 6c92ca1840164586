/** IDX files of as many pictures as are asked for, made of MNIST's, written piece by piece. */

import { open, readFile } from "node:fs/promises";

const HEADER_BYTES = 16;
const SIDE = 28;
const PICTURE_BYTES = SIDE * SIDE;
const PICTURES_PER_WRITE = 10_000;

/** Writes `count` pictures of `side` x `side`: the given ones (an IDX file of 28x28) again and again, pixels repeated. */
export async function writePictures(path: string, from: string, count: number, side = SIDE): Promise<void> {
  const source = (await readFile(from)).subarray(HEADER_BYTES);
  const known = source.length / PICTURE_BYTES;
  const file = await open(path, "w");
  try {
    const header = Buffer.from([0, 0, 8, 3, ...Array<number>(12).fill(0)]);
    for (const [axis, size] of [count, side, side].entries()) header.writeUInt32BE(size, 4 + 4 * axis);
    await file.write(header);
    for (let start = 0; start < count; start += PICTURES_PER_WRITE) {
      const pictures = Math.min(PICTURES_PER_WRITE, count - start);
      const bytes = new Uint8Array(pictures * side * side);
      for (let i = 0; i < pictures; i++) {
        const at = ((start + i) % known) * PICTURE_BYTES;
        enlarge(source.subarray(at, at + PICTURE_BYTES), side, bytes.subarray(i * side * side));
      }
      await file.write(bytes);
    }
  } finally {
    await file.close();
  }
}

/** The nearest pixel for each. */
function enlarge(picture: Uint8Array, side: number, out: Uint8Array): void {
  const nearest = (place: number) => Math.floor(((place + 0.5) * SIDE) / side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) out[y * side + x] = picture[nearest(y) * SIDE + nearest(x)]!;
}
