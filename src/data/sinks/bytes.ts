/** What a picture sink would write, kept in memory: for pictures that go into another file. */

import type { Files, Host, PictureLayout, Pictures } from "../../host.js";
import { writePictures } from "./write.js";

/** The bytes that a sink would write to a file of this name; null where the host has no such sink. */
export async function pictureBytes(
  name: string,
  pictures: Pictures,
  layout: PictureLayout,
  host: Host,
): Promise<Uint8Array | null> {
  const extension = name.slice(name.lastIndexOf("."));
  if (!host.pictureSinks.some(({ extensions }) => extensions.includes(extension))) return null;
  let written: Uint8Array | null = null;
  const files: Files = {
    ...host.files,
    async write(_path, bytes) {
      written = Uint8Array.from(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
    },
  };
  await writePictures(name, pictures, layout, { ...host, files });
  return written;
}
