/** How far a reconstruction is from its record: the decoder's mean at the posterior mean against what was encoded. */

/** Mean squared error per value, on the field's range in the model (pictures 0..1). */
export interface SquaredError {
  add(target: ArrayLike<number>, reconstruction: ArrayLike<number>): void;
  readonly mean: number;
}

export function squaredError(): SquaredError {
  let sum = 0;
  let count = 0;
  return {
    add(target, reconstruction) {
      for (let i = 0; i < target.length; i++) sum += (target[i] - reconstruction[i]) ** 2;
      count += target.length;
    },
    get mean() {
      return sum / count;
    },
  };
}
