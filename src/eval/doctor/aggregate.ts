/** How far the aggregate posterior, the mixture of all records' posteriors, lies from the prior N(0, I). */

/** Above this many latents their correlations are left out: the work grows with the cube. */
const MAX_JOINT = 512;

/**
 * KL(N(m, S) || N(0, I)) in nats, m and S being mean and covariance of the aggregate posterior of means and log-variances
 * [count, latent]. It is the part of KL(q(z) || p(z)) (Hoffman & Johnson 2016, "ELBO surgery") that two moments see, and
 * never more than it. What a sample of this size adds by chance is taken off.
 */
export function divergenceFromStandard(mu: Float32Array, logvar: Float32Array, latent: number): number {
  const count = mu.length / latent;
  const mean = new Float64Array(latent);
  const spread = new Float64Array(latent); // mean posterior variance
  for (let i = 0; i < mu.length; i++) {
    mean[i % latent] += mu[i] / count;
    spread[i % latent] += Math.exp(logvar[i]) / count;
  }
  const covariance = latent <= MAX_JOINT ? covarianceOf(mu, mean, latent) : diagonalOf(mu, mean, latent);
  let [trace, squares, varied] = [0, 0, 0];
  for (let j = 0; j < latent; j++) {
    varied += covariance[j][j];
    squares += covariance[j].reduce((sum, value) => sum + value * value, 0);
    trace += covariance[j][j] + spread[j] + mean[j] * mean[j];
  }
  // Of n records' means with covariance C: tr C / 2n from the mean, (tr C^2 + (tr C)^2) / 4n from the covariance; latents
  // one by one have the latter for each of them.
  const pairs = latent <= MAX_JOINT ? squares + varied * varied : 2 * squares;
  const byChance = varied / (2 * count) + pairs / (4 * count);
  const logDeterminant =
    latent <= MAX_JOINT
      ? joint(covariance, spread)
      : spread.reduce((sum, value, j) => sum + Math.log(value + covariance[j][j]), 0);
  return Math.max(0, (trace - latent - logDeterminant) / 2 - byChance);
}

/** log det of the covariance plus the posteriors' variances, by Cholesky: positive definite, as no variance is 0. */
function joint(covariance: readonly Float64Array[], spread: Float64Array): number {
  const lower = covariance.map((row) => Float64Array.from(row));
  let logDeterminant = 0;
  for (let j = 0; j < spread.length; j++) {
    for (let k = 0; k <= j; k++) {
      let sum = lower[j][k] + (j === k ? spread[j] : 0);
      for (let i = 0; i < k; i++) sum -= lower[j][i] * lower[k][i];
      lower[j][k] = j === k ? Math.sqrt(Math.max(sum, Number.MIN_VALUE)) : sum / lower[k][k];
    }
    logDeterminant += 2 * Math.log(lower[j][j]);
  }
  return logDeterminant;
}

function covarianceOf(values: Float32Array, mean: Float64Array, width: number): Float64Array[] {
  const count = values.length / width;
  const covariance = Array.from({ length: width }, () => new Float64Array(width));
  const deviation = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < width; j++) deviation[j] = values[i * width + j] - mean[j];
    for (let j = 0; j < width; j++) {
      const row = covariance[j];
      for (let k = 0; k <= j; k++) row[k] += (deviation[j] * deviation[k]) / count;
    }
  }
  for (let j = 0; j < width; j++) for (let k = 0; k < j; k++) covariance[k][j] = covariance[j][k];
  return covariance;
}

/** Variances only, as rows that hold nothing else. */
function diagonalOf(values: Float32Array, mean: Float64Array, width: number): Float64Array[] {
  const count = values.length / width;
  const rows = Array.from({ length: width }, (_, j) => new Float64Array(j + 1));
  for (let i = 0; i < values.length; i++) rows[i % width][i % width] += (values[i] - mean[i % width]) ** 2 / count;
  return rows;
}
