/** Records that are pictures. */

import { pictureSinkFor, writePictures } from "../../data/sinks/write.js";
import { VaekitError } from "../../errors.js";
import type { PictureFigures } from "../../eval/pictures/compare.js";
import type { GeneratedProtocol } from "../generated.js";
import { MAX_COUNT } from "../options.js";
import { checkSize, decodePictures, imageFieldOf, recordPictures, sizeText } from "../pictures.js";
import { drawSamples } from "../sample-pictures.js";
import type { Form } from "./form.js";

export const pictures: Form = {
  name: "picture",
  hasColumns: false,
  opening(config) {
    const { height, width, channels } = imageFieldOf(config);
    return { size: [height, width], channels: channels as 1 | 3 };
  },
  fitting(dataset, config) {
    checkSize(dataset, imageFieldOf(config));
    return dataset;
  },
  async sample(runner, { out, where, count, seed, temperature }, { host, signal, report }) {
    if (where !== undefined)
      throw new VaekitError("E_OPTION", "invalid where: this model draws pictures, which have no columns");
    if (count > MAX_COUNT)
      throw new VaekitError("E_OPTION", `invalid count: got ${count} pictures, expected at most ${MAX_COUNT}`);
    pictureSinkFor(out, host);
    const drawn = await drawSamples(runner, { count, seed, temperature, signal });
    await writePictures(out, drawn, {}, host);
    report({ event: "wrote", path: out, what: `${drawn.count} samples, ${sizeText(drawn)}` });
    return { count: drawn.count };
  },
  drawn: async () => null,
  async judge(runner, engine, dataset, { generated, seed, signal }): Promise<Record<string, object>> {
    if (generated === undefined) return {};
    const { compareGenerated } = await import("../generated.js");
    const found = await compareGenerated(runner, engine, dataset, { count: generated, seed, signal });
    const { generated: figures, reconstructions, protocol } = found;
    return { image: { ...figures, reconstructions, protocol } };
  },
  async reported(looked, terms) {
    const { pictureFacts } = await import("../report-pictures.js");
    return pictureFacts(looked, terms);
  },
  shownMap: (map) => map,
  async onMap(runner, dataset, { signal }) {
    const { height, width } = imageFieldOf(runner.config);
    const pictures = {
      aspect: width / height,
      read: (indices: Uint32Array) => recordPictures(runner, dataset, indices),
      decode: (z: Float32Array) => decodePictures(runner, z, { signal }),
    };
    return { pictures, cells: null };
  },
  told({ image, ...figures }) {
    const { protocol, reconstructions = {}, ...ofPictures } = image as Record<string, unknown> & ToldPictures;
    const ofReconstructions = Object.entries(reconstructions);
    return {
      ...figures,
      ...ofPictures,
      ...Object.fromEntries(ofReconstructions.map(([name, value]) => [`reconstructions_${name}`, value])),
      ...(protocol ? { pictures: conditionsText(protocol) } : {}),
    };
  },
};

interface ToldPictures {
  readonly protocol?: GeneratedProtocol;
  readonly reconstructions?: PictureFigures;
}

function conditionsText({ generated, real, features, neighbours }: GeneratedProtocol): string {
  return `${generated}; against ${real}; ${neighbours} neighbours; features ${features}`;
}
