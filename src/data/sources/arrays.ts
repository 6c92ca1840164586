/** The common end of the sources that read arrays: an array and perhaps labels become a data set. */

import type { Host } from "../../host.js";
import type { Address, Dataset, Labels, OpenOptions } from "../dataset.js";
import { type ArrayOfFile, picturesOf } from "../picture-array.js";
import { pictureDataset } from "../pictures.js";
import { fitPictures } from "../resize.js";

/** A data set over `array`, found at `where`. The fingerprint is a digest of the pixels before they are resized. */
export async function arrayDataset(
  array: ArrayOfFile,
  labels: (count: number) => Promise<Labels | null>,
  where: string,
  address: Address,
  options: OpenOptions,
  host: Host,
): Promise<Dataset> {
  const whole = picturesOf(array, where);
  const { pixels } = whole;
  const fingerprint = await host.digest(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength));
  const pictures = fitPictures(whole, options, where);
  for (const notice of pictures.notices) options.onNotice?.(notice);
  const facts = { name: address.text, labels: await labels(pictures.count), notices: pictures.notices };
  const size = `${pictures.height}x${pictures.width}x${pictures.channels}`;
  return pictureDataset(pictures, { ...facts, fingerprint: `${fingerprint}/${size}` });
}

/** The last step of a path, whichever separator it uses. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** The folder a path lies in, with its separator; "" for a bare name. */
export function folderOf(path: string): string {
  return path.slice(0, path.length - baseName(path).length);
}
