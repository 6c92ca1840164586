/** Reads an attribute direction in latent space from the JSON file that holds it. */

import * as z from "zod";
import { VaekitError } from "../errors.js";
import type { Direction } from "../eval/traversal.js";
import type { Host } from "../host.js";

const numbers = z.array(z.number());
const DirectionFile = z.object({
  format: z.literal("vaekit-direction"),
  latent: z.int().positive(),
  direction: numbers,
  origin: numbers,
  scale: z.number().positive(),
  auc: z.number().nullable().default(null),
  where: z.string(),
});

/** The direction in the file at `path`, for a model of `latent` dimensions. E_PATH; E_FILE for what is none, E_DATA for another model's. */
export async function readDirection(path: string, latent: number, host: Host): Promise<Direction> {
  const parsed = DirectionFile.safeParse(parseJson(new TextDecoder().decode(await host.files.read(path))));
  const hint = 'Write one with: vaekit direction MODEL DATA --where "label = NAME" --out d.json';
  if (!parsed.success) {
    const [{ path: at, message }] = parsed.error.issues;
    throw new VaekitError("E_FILE", `${path}: no direction: ${at.join(".") || "content"}: ${message}`, hint);
  }
  const { direction, origin } = parsed.data;
  for (const [name, { length }] of Object.entries({ direction, origin })) {
    if (length !== latent)
      throw new VaekitError("E_DATA", `${path}: ${name} has ${length} values, the model has ${latent} latents`, hint);
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
