/** Records by how well they are explained: the best, those in the middle, the worst. */

export interface RankedGroup {
  readonly name: "Best" | "Median" | "Worst";
  /** Places in what was ranked, the worst of the worst first. */
  readonly places: readonly number[];
}

/** Groups of at most `most` of the places of `costs`, what is cheap being explained well. */
export function rankedGroups(costs: Float64Array, most: number): readonly RankedGroup[] {
  const order = Array.from(costs, (_, i) => i).sort((a, b) => costs[a] - costs[b]);
  const count = Math.max(1, Math.min(most, Math.floor(order.length / 3)));
  const middle = Math.floor((order.length - count) / 2);
  return [
    { name: "Best", places: order.slice(0, count) },
    { name: "Median", places: order.slice(middle, middle + count) },
    { name: "Worst", places: order.slice(-count).reverse() },
  ];
}
