/** A net of nets for records of several kinds: each reads and makes the fields that it suits, and all share one z. */

import * as z from "zod";
import { columnsAt } from "../../dist/segments.js";
import { VaekitError } from "../../errors.js";
import type { Field } from "../../fields/list.js";
import type { Tensor } from "../../graph/ops.js";
import type { Ctx } from "../../nn/ctx.js";
import { kept } from "../../nn/kept.js";
import type { PartConfig } from "../config.js";
import type { BuiltNet, Net, Output, Values, Writer } from "../parts.js";

const options = z.strictObject({
  parts: z
    .array(z.strictObject({ fields: z.array(z.string()).min(1), net: z.looseObject({ name: z.string() }) }))
    .min(1)
    .describe("which net reads and makes which fields"),
  hide: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe(
      "share of the training records of which the encoder sees some texts only, so that it can do without them",
    ),
});
type Options = z.infer<typeof options>;

/** Fields by name, and the net that suits them. */
export type JointPart = Options["parts"][number];
type Outputs = Readonly<Record<string, Output>>;
type Build = (net: PartConfig, fields: readonly Field[], outputs: Outputs) => BuiltNet;

interface Built {
  /** Of the names of its parameters. */
  readonly scope: string;
  readonly net: BuiltNet;
}

/** `build` makes a net from the list in which this one stands as well. */
export function jointNet(build: Build): Net<Options> {
  return {
    name: "joint",
    summary: "records of several kinds: each field by the net that suits it, and one z for all",
    options,
    peakLearningRate: 2e-3,
    build({ parts, hide }, fields, outputs) {
      expectOnce(parts, fields);
      const nets = parts.map(({ net, fields: names }, i): Built => {
        const own = fields.filter(({ name }) => names.includes(name));
        return { scope: `${net.name}${i + 1}`, net: build(net, own, outputsFor(own, outputs)) };
      });
      return {
        encoder(ctx, record) {
          const all = nets.flatMap(({ scope, net }) =>
            Object.entries(net.encoder(ctx.at(scope), record)).map(([name, x]) => ({
              name,
              key: `${scope}.${name}`,
              x,
            })),
          );
          const seen = visibleFields(ctx, record, fields, hide);
          return Object.fromEntries(all.map(({ name, key, x }) => [key, seen[name] ? x.mul(seen[name]) : x]));
        },
        decoder(ctx, latent, teacher) {
          const asked = new Map<string, Tensor>();
          const once: typeof latent = (name, request) => {
            const z = asked.get(name) ?? latent(name, request);
            asked.set(name, z);
            return z;
          };
          return Object.assign({}, ...nets.map(({ scope, net }) => net.decoder(ctx.at(scope), once, teacher)));
        },
        writers: Object.assign({}, ...nets.map(({ scope, net }) => scopedWriters(net.writers ?? {}, scope))),
      };
    },
  };
}

/** The parts of a net that is made of others; of another none. */
export function partsOf({ parts }: PartConfig): readonly JointPart[] {
  return (parts ?? []) as readonly JointPart[];
}

/** E_CONFIG unless each field is in one part. */
function expectOnce(parts: readonly JointPart[], fields: readonly Field[]): void {
  const named = parts.flatMap(({ fields }) => fields);
  const strange = named.find((name, i) => named.indexOf(name) < i || !fields.some((field) => field.name === name));
  const left = fields.find(({ name }) => !named.includes(name));
  if (strange === undefined && left === undefined) return;
  const problem = left
    ? `field "${left.name}" is in none of its parts`
    : `field "${strange}" is twice in its parts, or not in the data`;
  throw new VaekitError("E_CONFIG", `net "joint": ${problem}`, "Name each field in one part.");
}

/** What the likelihoods of these fields want. E_CONFIG where one is of fields in several parts. */
function outputsFor(own: readonly Field[], outputs: Outputs): Outputs {
  const chosen = Object.entries(outputs).filter(([, { fields }]) => fields.some((field) => own.includes(field)));
  const torn = chosen.find(([, { fields }]) => !fields.every((field) => own.includes(field)));
  if (!torn) return Object.fromEntries(chosen);
  const names = torn[1].fields.map(({ name }) => `"${name}"`).join(", ");
  throw new VaekitError(
    "E_CONFIG",
    `net "joint": fields ${names} share the likelihood ${torn[0]}, expected one part for them`,
  );
}

/** By the names of fields that may be hidden, 1 where the encoder sees them and 0 where not, [B, 1]. */
function visibleFields(ctx: Ctx, record: Values, fields: readonly Field[], hide: number): Values {
  const hidable = fields.filter(({ kind }) => kind.isThere);
  if (hidable.length === 0) return {};
  const batch = record[hidable[0].name].shape[0];
  const keep = hide > 0 && ctx.mode !== "use" ? kept(ctx, batch, hidable.length, hide) : null;
  return Object.fromEntries(
    hidable.map(({ name, kind }, i) => {
      const isThere = kind.isThere!(record[name]);
      return [name, keep ? isThere.mul(columnsAt(keep, [i])) : isThere];
    }),
  );
}

function scopedWriters(writers: Readonly<Record<string, Writer>>, scope: string): Record<string, Writer> {
  return Object.fromEntries(
    Object.entries(writers).map(([name, { grows, begin, step }]) => [
      name,
      {
        grows,
        begin: (ctx, z) => begin(ctx.at(scope), z),
        step: (ctx, held, grown, token) => step(ctx.at(scope), held, grown, token),
      },
    ]),
  );
}
