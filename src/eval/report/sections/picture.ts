/** How pictures are laid out in a report. */

import type { ReportFacts } from "../facts.js";

type Size = NonNullable<ReportFacts["picture"]>;

/** Pictures up to this side are shown pixel by pixel; larger ones are smoothed as photographs are. */
const MAX_PIXEL_SIDE = 40;
/** Pictures in a row. */
const ACROSS = { small: [16, 8], large: [8, 4] } as const;

function isSmall({ height, width }: Size): boolean {
  return Math.min(height, width) <= MAX_PIXEL_SIDE;
}

export function pixelClass(size: Size): string {
  return isSmall(size) ? "pixels" : "";
}

/** Columns of a grid, for a desk and for a phone. */
export function across(size: Size): string {
  const [desk, phone] = ACROSS[isSmall(size) ? "small" : "large"];
  return `--across: ${desk}; --across-phone: ${phone}`;
}
