/** Quantiles as NumPy has them. */

/** Of ascending values, by straight lines between neighbours (Hyndman & Fan 1996, definition 7); NaN of none. */
export function quantile(ascending: ArrayLike<number>, share: number): number {
  const place = share * (ascending.length - 1);
  const below = Math.floor(place);
  const [low, high] = [ascending[below], ascending[Math.min(below + 1, ascending.length - 1)]];
  if (low === undefined) return Number.NaN;
  const part = place - below;
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}
