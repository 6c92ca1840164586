/** Which streams of a seed's random numbers the verbs draw from; no other room may use them. */

const STREAMS = 3 * 2 ** 40; // the data room has the ones below
/** The latents of new records. */
export const SAMPLE_STREAM = STREAMS;
/** Which records are shown. */
export const SHOWN_STREAM = STREAMS + 1;
/** Which records are changed, and how, to see how far their codes move. */
export const PROBE_STREAM = STREAMS + 2;
/** Which records a direction is found from, and which it is judged on. */
export const DIRECTION_STREAM = STREAMS + 3;
/** What is drawn from p(x|z) for new rows. */
export const ROW_STREAM = STREAMS + 4;
/** Proposals for rows of which some cells are given. */
export const CONDITION_STREAM = STREAMS + 5;
/** Draws for missing cells. */
export const IMPUTE_STREAM = STREAMS + 6;
/** Values of the fields that a conditional model is given, where nobody says them. */
export const GIVEN_STREAM = STREAMS + 8;
/** Which rows groups grow around. */
export const LANDMARK_STREAM = STREAMS + 7;
