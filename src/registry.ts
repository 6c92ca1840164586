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
  /** Adds a part. E_CONFIG when it has no name, or one that another part has. The same part again is no error. */
  register(part: Part): void;
}

const NAME = /^[\w.-]+$/;

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
      if (known.get(part.name) === part) return;
      if (typeof part.name !== "string" || !NAME.test(part.name)) {
        const got = JSON.stringify(part.name) ?? "nothing";
        throw new VaekitError("E_CONFIG", `a ${kind} needs a name of letters, digits and dashes, got ${got}`);
      }
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
