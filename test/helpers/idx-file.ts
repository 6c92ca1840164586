/** Small IDX files, made by hand. */

/** An IDX file of bytes. */
export function idxFile(shape: readonly number[], values: Uint8Array): Uint8Array {
  const out = new Uint8Array(4 + 4 * shape.length + values.length);
  out.set([0, 0, 8, shape.length]);
  shape.forEach((size, axis) => {
    new DataView(out.buffer).setUint32(4 + 4 * axis, size);
  });
  out.set(values, 4 + 4 * shape.length);
  return out;
}
