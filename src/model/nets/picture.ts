/** What the picture nets share: their one field, sizes on the way down, and starting biases. */

import { VaekitError } from "../../errors.js";
import type { Field } from "../../fields/list.js";
import type { Ctx } from "../../nn/ctx.js";
import { given, type Initializer } from "../../nn/init.js";
import type { Output } from "../parts.js";

/** Side lengths at which halving stops: small enough for a linear layer, large enough to hold a place. */
const SMALLEST_SIDE = 7;

export interface Picture {
  readonly field: Field;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly output: Output;
}

/** Whether a field is pictures [H, W, C]. */
export function isPicture({ shape }: Field): boolean {
  return shape.length === 3;
}

/** The one image field of a schema. E_CONFIG when there is none or more. */
export function pictureOf(fields: readonly Field[], outputs: Readonly<Record<string, Output>>): Picture {
  const [field, ...others] = fields;
  if (!field || others.length > 0 || field.kind.name !== "image")
    throw new VaekitError(
      "E_CONFIG",
      `picture nets take one image field, got ${fields.map((f) => `${f.name} (${f.kind.name})`).join(", ") || "none"}`,
    );
  const [height, width, channels] = field.shape;
  return { field, height, width, channels, output: outputs[field.name] };
}

/** How often to halve by default so that the shorter side ends near 7. */
export function defaultLevels({ height, width }: Picture): number {
  return Math.max(1, Math.round(Math.log2(Math.min(height, width) / SMALLEST_SIDE)));
}

/** Sizes before each halving by a k4 s2 p1 convolution, and after the last: n -> floor(n / 2). E_CONFIG when nothing is left. */
export function halvings({ height, width }: Picture, levels: number): (readonly [number, number])[] {
  const sizes: (readonly [number, number])[] = [[height, width]];
  for (let level = 0; level < levels; level++) {
    const [h, w] = sizes[level].map((side) => Math.floor(side / 2));
    if (h < 1 || w < 1)
      throw new VaekitError(
        "E_CONFIG",
        `pictures of ${height}x${width} cannot be halved ${levels} times`,
        "Use fewer channels, or --net mlp.",
      );
    sizes.push([h, w]);
  }
  return sizes;
}

/** E_CONFIG unless the groups of a group norm divide every layer's channels; 0 groups: no norm. */
export function checkGroups(net: string, groups: number, channels: readonly number[]): void {
  const odd = groups > 0 ? channels.find((width) => width % groups !== 0) : undefined;
  if (odd !== undefined)
    throw new VaekitError("E_CONFIG", `net ${net}: ${groups} groups do not divide ${odd} channels`);
}

/** Rows and columns that doubling misses: `to` - 2 `from`. */
export function extraFor(from: readonly [number, number], to: readonly [number, number]): [number, number] {
  return [to[0] - 2 * from[0], to[1] - 2 * from[1]];
}

/** Bias per value [size * perValue] at the data's mean. */
export function valueBias(ctx: Ctx, { field, output }: Picture): Initializer {
  return given(output.bias(ctx.facts.mean[field.name] ?? new Array(field.size).fill(0.5), field.shape));
}

/** Bias per channel [C * perValue] at the data's mean per channel. */
export function channelBias(ctx: Ctx, { field, output, channels }: Picture): Initializer {
  const mean = ctx.facts.mean[field.name] ?? new Array(field.size).fill(0.5);
  const perChannel = Array.from({ length: channels }, (_, c) => {
    const values = mean.filter((_value, i) => i % channels === c);
    return values.reduce((a, b) => a + b, 0) / values.length;
  });
  return given(output.bias(perChannel, [1, 1, channels]));
}
