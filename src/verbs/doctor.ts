/** Examines a model for what commonly goes wrong, and says what to do about it. */

import * as z from "zod";
import { VaekitError } from "../errors.js";
import { diagnose, isGrave } from "../eval/doctor/list.js";
import { diagnosisText } from "./doctor-text.js";
import { look } from "./option.js";
import { data, limit, machine, model, seed } from "./options.js";
import { withData, withRunner } from "./runner.js";
import { verb } from "./verb.js";

/** On which records is measured. */
export const doctorOptions = z.strictObject({ seed });

export const doctor = verb({
  name: "doctor",
  summary: "Examine a model for what commonly goes wrong, and say what to do",
  input: z.strictObject({
    model,
    data: data
      .optional()
      .describe("measure on these records; without, what was measured when training ended is judged")
      .register(look, { placeholder: "DATA" }),
    strict: z
      .boolean()
      .default(false)
      .describe("exit with status 4 when there is a warning or a fault")
      .register(look, {}),
    limit,
    ...doctorOptions.shape,
    ...machine,
  }),
  cli: { positional: ["model", "data"], example: "vaekit doctor models/mnist mnist --strict", streams: false },
  async run({ model, data, strict, limit, seed, ...options }, context) {
    const { loadPatient, measuredOn } = await import("./patient.js");
    const patient = await loadPatient(model, context.host);
    const known = data
      ? await withRunner({ model, ...options }, context, (runner) =>
          withData(data, patient.config, { limit, seed }, context, (dataset) =>
            measuredOn(patient, runner, dataset, { seed, signal: context.signal }),
          ),
        )
      : patient;
    const diagnosis = diagnose(known);
    const grave = diagnosis.findings.filter(isGrave);
    return {
      json: { model, data: data ?? null, ...diagnosis },
      text: diagnosisText(diagnosis),
      gate:
        strict && grave.length > 0
          ? new VaekitError("E_GATE", `${model}: ${grave.map(({ code }) => code).join(", ")}`)
          : undefined,
    };
  },
});
