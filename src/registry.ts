/** A list of parts by name, open to users' own: `register(part)` adds one, `get` finds it or says what there is. */

import { unknown, VaekitError } from "./errors.js";

export interface Named {
  readonly name: string;
}

export interface Registry<Part extends Named> {
  readonly kind: string;
  get(name: string): Part;
  has(name: string): boolean;
  names(): string[];
  register(part: Part): void;
}

/** @example const nets = registry("net", [mlp, conv]); nets.get("conv") */
export function registry<Part extends Named>(kind: string, parts: readonly Part[]): Registry<Part> {
  const known = new Map(parts.map((part) => [part.name, part]));
  return {
    kind,
    get(name) {
      const part = known.get(name);
      if (!part) throw unknown(kind, name, [...known.keys()]);
      return part;
    },
    has: (name) => known.has(name),
    names: () => [...known.keys()],
    register(part) {
      if (known.has(part.name))
        throw new VaekitError(
          "E_CONFIG",
          `a ${kind} named "${part.name}" exists already`,
          "Register yours under another name.",
        );
      known.set(part.name, part);
    },
  };
}
