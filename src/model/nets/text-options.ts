/** Options that nets of texts share: what their decoders go without in training. */

import * as z from "zod";

const share = (what: string) => z.number().min(0).lt(1).default(0).describe(what);

export const withoutOptions = {
  dropout: share("share of the units of each text that the decoder goes without (Gal & Ghahramani 2016)"),
  wordDropout: share(
    "share of the tokens that the decoder is not told in training, so that it asks z (Bowman et al. 2016)",
  ),
};
