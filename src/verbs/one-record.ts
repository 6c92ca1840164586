/** The latent of one record that was named. */

import { VaekitError } from "../errors.js";
import type { Runner } from "../model/runner.js";
import { encodeRecords } from "./pictures.js";
import { withData } from "./runner.js";
import type { VerbContext } from "./verb.js";

/** The posterior's mean of the one record at an address. E_OPTION where there are several. */
export async function encodeOne(runner: Runner, address: string, context: VerbContext): Promise<Float32Array> {
  return withData(address, runner.config, {}, context, async (dataset) => {
    if (dataset.count > 1)
      throw new VaekitError(
        "E_OPTION",
        `${address}: got ${dataset.count} records, expected one`,
        `Add the number of one: ${address}${address.includes("#") ? "" : "#train"}/0`,
      );
    return (await encodeRecords(runner, dataset, Uint32Array.of(0))).mu;
  });
}
