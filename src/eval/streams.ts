/** Which streams of a seed's random numbers this room draws from; no other room may use them. */

const STREAMS = 4 * 2 ** 40; // the data room and the verbs have the ones below
/** Which records a projection is fitted to. */
export const LANDMARK_STREAM = STREAMS;
/** Whom a layout pushes away. */
export const LAYOUT_STREAM = STREAMS + 1;
/** The order in which the points of a map lie on each other. */
export const DRAWING_STREAM = STREAMS + 2;
/** Which points and pictures of a map are tried to find sizes. */
export const PROBE_STREAM = STREAMS + 3;
/** Draws of z that mutual information is estimated at. */
export const MUTUAL_STREAM = STREAMS + 4;
