/** Which net suits records: that of their fields' kinds, or where these choose several, a net of nets. */

import { VaekitError } from "../errors.js";
import type { Choice, FieldProfile, PartChoice, RecordFacts } from "../fields/field.js";
import type { Field } from "../fields/list.js";
import { choose } from "../model/choose.js";
import type { PartConfig } from "../model/config.js";
import { nets } from "../model/list.js";
import { type JointPart, partsOf } from "../model/nets/joint.js";

const JOINT = "joint";

type Profiles = Readonly<Record<string, FieldProfile>>;

/**
 * Fields whose kinds choose nets of one name share the first of them; where there are several, these are joined. A net that is
 * `asked` for has the fields that it takes.
 */
export function chooseNet(profiles: Profiles, records: RecordFacts, asked?: PartConfig): Choice<PartConfig> {
  const parts = new Map<string, { net: PartConfig; why: string; fields: string[] }>();
  for (const field of records.fields) {
    const { name, kind, schema } = field;
    const isAsked = asked !== undefined && takes(asked, field);
    const choice = isAsked ? { value: asked, why: "asked for" } : kind.chooseNet(profiles[name], schema, records);
    const net = partOf(choice.value);
    const part = parts.get(net.name) ?? { net, why: choice.why, fields: [] };
    parts.set(net.name, part);
    part.fields.push(name);
  }
  const all = [...parts.values()];
  if (all.length === 1) return { value: all[0].net, why: all[0].why };
  return {
    value: { name: JOINT, parts: all.map(({ net, fields }): JointPart => ({ fields, net })) },
    why: all.map(({ net, fields }) => `${net.name} for ${listed(fields)}`).join(", "),
  };
}

/** Whether a net that a user asks for is one for some of the fields only, so that others stand beside it. */
export function isForSome(net: PartConfig, fields: readonly Field[]): boolean {
  if (net.name === JOINT) return partsOf(net).length === 0;
  return fields.some((field) => takes(net, field)) && !fields.every((field) => takes(net, field));
}

/** The net with an option; of a joint one all parts that have it. E_OPTION where none has. */
export function withOption(net: PartConfig, option: string, value: unknown, hint: string): PartConfig {
  const parts = partsOf(net);
  const owners = parts.length > 0 ? parts.map((part) => part.net) : [net];
  if (!owners.some((one) => hasOption(one, option)))
    throw new VaekitError(
      "E_OPTION",
      `invalid ${option}: net ${owners.map(({ name }) => name).join(", ")} has no such layer`,
      hint,
    );
  const set = (one: PartConfig): PartConfig => (hasOption(one, option) ? { ...one, [option]: value } : one);
  return parts.length > 0 ? { ...net, parts: parts.map(({ fields, net }) => ({ fields, net: set(net) })) } : set(net);
}

/** The net with all of its options, those of a joint net's parts as well. */
export function completeNet({ name, ...given }: PartConfig): PartConfig {
  const parts = partsOf({ name, ...given }).map(({ fields, net }) => ({ fields, net: completeNet(net) }));
  return { name, ...choose(nets.get(name), { name, ...given, ...(parts.length > 0 && { parts }) }).options };
}

/** A net that does not say which fields it takes is asked for all of them. */
function takes({ name }: PartConfig, field: Field): boolean {
  return nets.get(name).takes?.(field) ?? true;
}

function partOf(choice: PartChoice): PartConfig {
  return typeof choice === "string" ? { name: choice } : { ...choice };
}

function hasOption({ name }: PartConfig, option: string): boolean {
  return option in ((nets.get(name).options as { shape?: object }).shape ?? {});
}

/** Fields that are named; of more, how many. */
const MOST_NAMED = 3;

/** @example listed(["stars", "price"]) // "stars, price" */
export function listed(fields: readonly string[]): string {
  return fields.length > MOST_NAMED ? `${fields.length} columns` : fields.join(", ");
}
