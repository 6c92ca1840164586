/** How many digits of nats say something. */

/** A sum of hundreds of float32 has none beyond. */
export function toTenThousandth(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
