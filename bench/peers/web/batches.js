/** Batches of random pictures as floats 0..1, flat: a share of `ink` is grey, the rest black. */
export function randomBatches({ batches, batch, ink }) {
  const pixels = 28 * 28;
  return Array.from({ length: batches }, () =>
    Float32Array.from({ length: batch * pixels }, () => (Math.random() < ink ? Math.random() : 0)),
  );
}

/** Does `step` again and again; milliseconds of each. A loss that is not finite is an error. */
export async function timed(steps, step) {
  const ms = [];
  for (let i = 0; i < steps; i++) {
    const start = performance.now();
    const loss = await step();
    ms.push(performance.now() - start);
    if (!Number.isFinite(loss)) throw new Error(`the loss is ${loss}`);
  }
  return ms;
}
