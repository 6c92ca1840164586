/** Which streams of a seed's random numbers the data room draws from; no other room may use them. */

const STREAMS = 2 ** 40; // above any stream that is a small number
/** Which records `limit` keeps. */
export const LIMIT_STREAM = STREAMS;
/** Which records are for validation. */
export const SPLIT_STREAM = STREAMS + 1;
/** Which pictures are looked at to choose a size. */
export const PROBE_STREAM = STREAMS + 2;
/** The order of epoch e is drawn from stream SHUFFLE_STREAM + e. */
export const SHUFFLE_STREAM = 2 * STREAMS;
