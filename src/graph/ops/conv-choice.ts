/** Where convolutions in blocks (conv-blocked.ts) pay, by shape: `npm run bench -- rules` has the times that decided. */

/**
 * With fewer places than this in the result (or, for the weight gradient, in the filters) large filters are read too often
 * for what they do, and a product over all pictures is faster.
 */
const LEAST_PLACES = 25;
/** Adding up windows is three times as fast for so few channels of the large picture. */
const FEW_CHANNELS = 4;

export const blocksPay = {
  /** By the number of places of the result. */
  forward: (places: number): boolean => places >= LEAST_PLACES,
  /** By the pixels and channels of the picture that is spread to. */
  spread: (pixels: number, stride: number, channels: number): boolean =>
    pixels >= LEAST_PLACES && (stride === 1 || channels > FEW_CHANNELS),
  /** By the number of places of y. */
  weight: (places: number): boolean => places >= LEAST_PLACES,
};
