/** Picture sinks: one PNG (a contact sheet), an animated GIF, a WebP that is either. */

import { checkPictures, contactSheet, enlarge } from "../../data/sinks/sheet.js";
import type { PictureSink, Pictures } from "../../host.js";
import { encodeAnimation, encodePng } from "../pictures.js";

const FRAME_MILLISECONDS = 100;
/** Frames are enlarged by a whole factor until their shorter side has this many pixels: animations are for looking at. */
const FRAME_SIDE = 112;

/** All pictures on one sheet; one picture is written as it is. */
export const pngSink: PictureSink = {
  name: "png",
  extensions: [".png"],
  async write(path, pictures, { columns }, host) {
    await host.files.write(path, await encodePng(contactSheet(pictures, columns)));
    return [path];
  },
};

/** The pictures one after the other, for ever. */
export const gifSink: PictureSink = {
  name: "gif",
  extensions: [".gif"],
  async write(path, pictures, { frameMilliseconds = FRAME_MILLISECONDS }, host) {
    await host.files.write(path, await encodeAnimation(frames(pictures), "gif", frameMilliseconds));
    return [path];
  },
};

/** An animation where `frameMilliseconds` is given, else a contact sheet; without loss unless a `quality` is given. */
export const webpSink: PictureSink = {
  name: "webp",
  extensions: [".webp"],
  async write(path, pictures, { columns, frameMilliseconds, quality }, host) {
    const shown = frameMilliseconds === undefined ? contactSheet(pictures, columns) : frames(pictures);
    await host.files.write(path, await encodeAnimation(shown, "webp", frameMilliseconds ?? 0, quality));
    return [path];
  },
};

function frames(pictures: Pictures): Pictures {
  checkPictures(pictures);
  return enlarge(pictures, Math.max(1, Math.ceil(FRAME_SIDE / Math.min(pictures.height, pictures.width))));
}
