/** Fields by their likelihood: one by itself, or all that share one which is built for several at once. */

import type { Dist } from "../dist/dist.js";
import { VaekitError } from "../errors.js";
import type { Field } from "../fields/list.js";
import type { Tensor } from "../graph/ops.js";
import type { Ctx } from "../nn/ctx.js";
import { choose } from "./choose.js";
import type { ModelConfig } from "./config.js";
import { likelihoods } from "./list.js";
import type { Likelihood, Member, Output, Teacher } from "./parts.js";

export interface LikelihoodGroup {
  /** The field's name, or that of the likelihood where there are several. */
  readonly name: string;
  readonly fields: readonly Field[];
  readonly part: Likelihood;
  /** What the net puts out for it. */
  readonly output: Output;
  /** How many of the Dist's elements are each field's; what is left belongs to none. */
  readonly elements: readonly number[];
  /** p(x|z) over the values of the fields side by side. */
  build(ctx: Ctx, out: Tensor, teacher: Teacher | null): Dist;
  /** Whether it is a text, which is judged beside a teacher and written token by token. */
  readonly isText: boolean;
}

/** E_CONFIG for a field without a likelihood, or with one that is not for its kind. */
export function likelihoodGroups(fields: readonly Field[], config: ModelConfig): LikelihoodGroup[] {
  const groups = new Map<string, { part: Likelihood; members: Member<object>[] }>();
  for (const field of fields) {
    const wanted = config.likelihoods[field.name];
    if (!wanted) throw new VaekitError("E_CONFIG", `no likelihood for field "${field.name}"`);
    const { part, options } = choose<Likelihood>(likelihoods.get(wanted.name), wanted);
    if (!part.fieldKinds.includes(field.kind.name))
      throw new VaekitError(
        "E_CONFIG",
        `likelihood "${wanted.name}" is not for field "${field.name}" of kind ${field.kind.name}`,
      );
    const key = part.joint ? `all ${part.name}` : field.name;
    const members = groups.get(key)?.members ?? [];
    groups.set(key, { part, members: [...members, { field, options }] });
  }
  return [...groups.values()].map(({ part, members }) => groupOf(part, members));
}

function groupOf(part: Likelihood, members: readonly Member<object>[]): LikelihoodGroup {
  const fields = members.map(({ field }) => field);
  const [{ field, options }] = members;
  const { joint } = part;
  if (!joint) {
    const units = field.kind.ragged?.count(field.schema) ?? field.size * part.output.perValue;
    return {
      name: field.name,
      fields,
      part,
      output: { ...part.output, fields, units },
      elements: [field.size],
      build: (ctx, out, teacher) => part.build(ctx.at(field.name), options, out, field, teacher),
      isText: field.ragged !== null,
    };
  }
  const { units, bias } = joint.output(members);
  return {
    name: members.length === 1 ? field.name : part.name,
    fields,
    part,
    output: { fields, units, perValue: units / fields.reduce((total, { size }) => total + size, 0), bias: () => bias },
    elements: joint.elements(members),
    build: (ctx, out) => joint.build(ctx.at(part.name), members, out),
    isText: false,
  };
}
