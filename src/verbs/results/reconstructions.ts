/** reconstructions.png: records, each above what the model makes of it. */

import { pairSheet, reconstructPictures } from "../pairs.js";
import { pictureFile, type Result } from "./result.js";

const PAIRS = 32;

export const reconstructions: Result = {
  name: "reconstructions",
  form: "picture",
  async make({ runner, data, seed, host, isPrivate }) {
    if (isPrivate) return {};
    const pairs = await reconstructPictures(runner, data, { count: Math.min(PAIRS, data.count), seed });
    const { pictures, columns } = pairSheet(pairs);
    return pictureFile("reconstructions.png", pictures, { columns }, host);
  },
};
