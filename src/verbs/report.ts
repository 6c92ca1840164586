/** Writes a report of a model: curves, samples, reconstructions, what the latents do, findings, on one page. */

import * as z from "zod";
import type { Dataset } from "../data/dataset.js";
import { VaekitError } from "../errors.js";
import type { EpochRecord } from "../eval/history.js";
import type { ReportFacts } from "../eval/report/facts.js";
import type { Host } from "../host.js";
import type { ModelConfig } from "../model/config.js";
import type { Runner } from "../model/runner.js";
import type { Calibration } from "../store/calibration.js";
import { fitting } from "./forms/list.js";
import { look } from "./option.js";
import { data, machine, model, out } from "./options.js";
import { encodeRecords } from "./pictures.js";
import { withData, withRunner } from "./runner.js";
import { type VerbContext, verb } from "./verb.js";

/** Records that a report looks at. */
const MEASURED = 2000;

export const report = verb({
  name: "report",
  summary: "Write a report of a model as one HTML page: curves, samples, reconstructions, latents, findings",
  input: z.strictObject({
    model,
    data: data
      .optional()
      .describe("records to look at (default: those it was trained on, by their address)")
      .register(look, {
        placeholder: "DATA",
      }),
    out: out("report.html", "the page; it needs no network"),
    private: z
      .boolean()
      .optional()
      .describe("show no pictures of records (default: as training was asked)")
      .register(look, {}),
    ...machine,
  }),
  cli: {
    positional: ["model", "data"],
    example: "vaekit report models/mnist mnist --out report.html",
    streams: false,
  },
  async run({ data, out, private: isPrivate, ...options }, context) {
    if (!/\.html?$/i.test(out)) throw new VaekitError("E_OUT", `${out}: a report is a page, such as report.html`);
    return withRunner(options, context, async (runner, { calibration }) => {
      const { host, signal } = context;
      const history = await historyOf(options.model, host);
      const make = (records: Records) =>
        makeReport(runner, records, {
          path: options.model,
          history,
          calibration,
          private: isPrivate,
          host,
          signal,
        });
      const { page, records, kind, findings } = await withRecords(data, runner.config, context, make);
      await host.files.write(out, page);
      context.report({ event: "wrote", path: out, what: `the report, on ${records} records ${WHICH[kind]}` });
      return { json: { path: out, records, kind, findings }, text: "" };
    });
  },
});

const WHICH = { "kept aside": "kept aside from training", training: "of the training data", other: "of other data" };

/** What a report looks at. */
export interface Records {
  readonly data: Dataset;
  readonly kind: ReportFacts["data"]["kind"];
  /** Those trained on, where `data` was kept aside; else null. */
  readonly trained: Dataset | null;
}

/** Of the data that the model was trained on the records kept aside, all where there are none; null for other data. */
export async function ownRecords(data: Dataset, config: ModelConfig): Promise<Records | null> {
  if (data.fingerprint !== config.data.fingerprint) return null;
  const [{ splitIndices }, { subset }] = await Promise.all([import("../data/split.js"), import("../data/subset.js")]);
  const { seed, valid = 0 } = config.training as { seed: number; valid?: number };
  const { train, valid: aside } = splitIndices(data.count, valid, seed);
  return aside.length > 0
    ? { data: subset(data, aside), kind: "kept aside", trained: subset(data, train) }
    : { data, kind: "training", trained: null };
}

/** The model's own records where `address` (by default its own) holds them, else a sample of what is there. */
async function withRecords<Result>(
  address: string | undefined,
  config: ModelConfig,
  context: VerbContext,
  use: (records: Records) => Promise<Result>,
): Promise<Result> {
  const { seed } = config.training;
  const { name, count } = config.data;
  const from = address ?? name;
  // As the training run opened it, which may have been with a limit.
  const own = await withData(from, config, { limit: count, seed }, context, async (data) => {
    const records = await ownRecords(data, config);
    return records && { result: await use(records) };
  });
  if (own) return own.result;
  return withData(from, config, { limit: MEASURED, seed }, context, (data) =>
    use({ data, kind: "other", trained: null }),
  );
}

export interface ReportOptions {
  /** How commands call the model. */
  readonly path: string;
  readonly history: readonly EpochRecord[];
  /** What records kept aside score, as the folder holds it. */
  readonly calibration: Calibration | null;
  /** Show no pictures of records. Default: as training was asked. */
  readonly private?: boolean;
  readonly host: Host;
  readonly signal?: AbortSignal;
}

export interface Report {
  readonly page: string;
  readonly kind: Records["kind"];
  /** How many were looked at. */
  readonly records: number;
  /** Codes of the doctor's findings. */
  readonly findings: readonly string[];
}

/** Looks at a sample of the records and writes the page. E_SHAPE when they are of another size than the model's. */
export async function makeReport(
  runner: Runner,
  { data: given, kind, trained: others }: Records,
  { path, history, calibration, private: isPrivate, host, signal }: ReportOptions,
): Promise<Report> {
  const [{ reportFacts }, { reportPage }, { latentStatistics }, { sampleIndices }] = await Promise.all([
    import("./report-facts.js"),
    import("../eval/report/page.js"),
    import("../eval/latents.js"),
    import("../data/split.js"),
  ]);
  const data = await fitting(given, runner.config);
  const trained = others && (await fitting(others, runner.config));
  const { training } = runner.config;
  const measured = sampleIndices(data.count, MEASURED, training.seed);
  const { mu, logvar } = await encodeRecords(runner, data, measured, { signal });
  const facts = await reportFacts({
    config: { ...runner.config, latents: latentStatistics(mu, logvar, runner.latent) },
    weights: await runner.weights(),
    runner,
    data,
    kind,
    trained,
    measured,
    mu,
    logvar,
    history,
    calibration,
    seed: training.seed,
    host,
    path,
    run: null,
    isPrivate: isPrivate ?? training.private === true,
  });
  const findings = facts.findings.map(({ code }) => code);
  return { page: await reportPage(facts), kind, records: measured.length, findings };
}

/** What the folder at `path` tells of its training. */
async function historyOf(path: string, host: Host): Promise<EpochRecord[]> {
  const [{ readMetricsLog }, { METRICS }, { epochsOf }] = await Promise.all([
    import("../store/metrics-log.js"),
    import("../store/layout.js"),
    import("../train/events.js"),
  ]);
  return epochsOf(await readMetricsLog(host.files.join(path, METRICS), host.files));
}
