/** Common subexpressions become one; what no output needs is gone (walks only visit what is needed). */

import { apply, type Tensor } from "./tensor.js";
import { rewrite, rewriteBody } from "./walk.js";

/** Small constants are compared by value; larger ones by identity of their array. */
const MAX_KEYED_VALUES = 16;

const identities = new WeakMap<object, number>();
let identityCount = 0;

function identity(value: object): number {
  let id = identities.get(value);
  if (id === undefined) {
    id = identityCount++;
    identities.set(value, id);
  }
  return id;
}

function keyOfValue(value: unknown): string {
  if (value === null || typeof value !== "object") return String(value);
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    const list = value as unknown as ArrayLike<unknown>;
    return list.length > MAX_KEYED_VALUES ? `@${identity(value)}` : `[${Array.from(list, keyOfValue).join()}]`;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return `@${identity(value)}`;
  return `{${Object.entries(value)
    .map(([name, part]) => `${name}:${keyOfValue(part)}`)
    .join()}}`;
}

/** The same values with equal applications of ops computed once. */
export function simplify(outputs: readonly Tensor[]): Tensor[] {
  const known = new Map<string, readonly Tensor[]>();
  return rewrite(outputs, (node, inputs) => {
    // Not by the nodes' numbers: a graph may hold nodes that another copy of this program numbered.
    const key = `${node.op.name}(${inputs.map((input) => `${identity(input.node)}.${input.index}`).join()})${keyOfValue(node.attributes)}`;
    const before = known.get(key);
    if (before) return before;
    const attributes = rewriteBody(node, simplify);
    const same = attributes === node.attributes && inputs.every((input, i) => input === node.inputs[i]);
    const made = same ? node.outputs : apply(node.op, inputs, attributes);
    known.set(key, made);
    return made;
  });
}
