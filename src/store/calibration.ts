/** calibration.json: the scores of records that were kept aside in training, by which new scores are judged. */

import * as z from "zod";
import { VaekitError } from "../errors.js";

export const CALIBRATION_FORMAT = "vaekit-calibration";
const FORMAT_VERSION = 1;

const Calibration = z.object({
  format: z.literal(CALIBRATION_FORMAT),
  formatVersion: z.literal(FORMAT_VERSION),
  /** How the scores were measured; scores measured otherwise do not compare. */
  protocol: z.object({
    data: z.string(),
    fingerprint: z.string(),
    records: z.string(),
    samples: z.int().positive(),
    seed: z.int().nonnegative(),
    target: z.string(),
    likelihoods: z.record(z.string(), z.string()).readonly(),
    unit: z.literal("nats per record"),
  }),
  /** Estimates of -log p(x), ascending. */
  nats: z.array(z.number()).min(1),
  /** Where records are ranked by more than nats: what they are ranked by, ascending. */
  scores: z.array(z.number()).min(1).optional(),
});
export type Calibration = z.infer<typeof Calibration>;
export type CalibrationProtocol = Calibration["protocol"];

/** The text of calibration.json. */
export function calibrationText(
  protocol: CalibrationProtocol,
  nats: ArrayLike<number>,
  scores?: ArrayLike<number>,
): string {
  const ascending = (values: ArrayLike<number>) => Array.from(Float64Array.from(values).sort());
  const calibration: Calibration = {
    format: CALIBRATION_FORMAT,
    formatVersion: FORMAT_VERSION,
    protocol,
    nats: ascending(nats),
    ...(scores && { scores: ascending(scores) }),
  };
  return `${JSON.stringify(calibration)}\n`;
}

/** The calibration in a file's text. E_MODEL, naming the file, where it is none. */
export function parseCalibration(text: string, at: string): Calibration {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new VaekitError("E_MODEL", `${at}: no JSON: truncated or damaged`, COPY_AGAIN, { cause });
  }
  const parsed = Calibration.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new VaekitError(
      "E_MODEL",
      `${at}: invalid ${issue.path.join(".") || "content"}: ${issue.message}`,
      COPY_AGAIN,
    );
  }
  const { nats } = parsed.data;
  const unsorted = nats.findIndex((value, i) => i > 0 && value < nats[i - 1]);
  if (unsorted > 0)
    throw new VaekitError(
      "E_MODEL",
      `${at}: nats[${unsorted}] is smaller than the one before, expected ascending`,
      COPY_AGAIN,
    );
  return parsed.data;
}
const COPY_AGAIN = "The file is damaged: copy the model folder again, or train the model anew.";
