/** What a constraint on a text being written is. */

/** What of a text stands so far, without START. */
export interface TextSoFar {
  readonly tokens: readonly number[];
  /** Which of the texts under way it is; all hypotheses of a beam have that of their text. */
  readonly row: number;
}

/** [vocabulary], 1 where a token may come next; at END where the text may end. Null: any token may. */
export type Allowed = Uint8Array | null;

/** Says which tokens may come next; what it gives is read before it is asked again. */
export type Constraint = (written: TextSoFar) => Allowed;

/** What all of the constraints allow. */
export function every(...constraints: readonly Constraint[]): Constraint {
  return (written) => {
    let both: Allowed = null;
    for (const constraint of constraints) {
      const allowed = constraint(written);
      if (both === null) both = allowed?.slice() ?? null;
      else if (allowed) for (let token = 0; token < both.length; token++) both[token] &= allowed[token];
    }
    return both;
  };
}
