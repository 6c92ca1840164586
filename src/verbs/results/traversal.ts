/** traversal.png: what each latent does, a row per active latent, those of largest KL first. */

import { traversalSheet } from "../../eval/report/traversal-sheet.js";
import { latentWalks, walkedLatents } from "../../eval/traversal.js";
import { decodeWalks, traverseOptions } from "../traverse.js";
import { pictureFile, type Result } from "./result.js";

export const traversal: Result = {
  name: "traversal",
  form: "picture",
  async make({ runner, config, host }) {
    if (!config.latents) return {};
    const { rows, ...stride } = traverseOptions.parse({});
    const walks = latentWalks(config.latents, walkedLatents(config.latents, rows), stride);
    return pictureFile("traversal.png", traversalSheet(await decodeWalks(runner, walks, stride)), {}, host);
  },
};
