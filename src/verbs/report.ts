/** Writes a report of a model: curves, samples, reconstructions, what the latents do, findings, on one page. */

import * as z from "zod";
import type { Dataset } from "../data/dataset.js";
import { VaekitError } from "../errors.js";
import type { ReportFacts } from "../eval/report/facts.js";
import type { ModelConfig } from "../model/config.js";
import type { Runner } from "../model/runner.js";
import { look } from "./option.js";
import { data, machine, model, out } from "./options.js";
import { encodeRecords, imageFieldOf } from "./pictures.js";
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
    return withRunner(options, context, async (runner) => {
      const address = data ?? runner.config.data.name;
      const { kind, findings, page, count } = await withRecords(address, runner.config, context, (dataset, kind) =>
        makePage(runner, dataset, kind, { path: options.model, isPrivate }, context),
      );
      await context.host.files.write(out, page);
      context.report({ event: "wrote", path: out, what: `the report, on ${count} records ${WHICH[kind]}` });
      return { json: { path: out, records: count, kind, findings }, text: "" };
    });
  },
});

const WHICH = { "kept aside": "kept aside from training", training: "of the training data", other: "of other data" };

type Kind = ReportFacts["data"]["kind"];

/** The records kept aside where `address` holds the data that the model was trained on, else a sample of what is there. */
async function withRecords<Result>(
  address: string,
  config: ModelConfig,
  context: VerbContext,
  use: (data: Dataset, kind: Kind) => Promise<Result>,
): Promise<Result> {
  const { seed, valid = 0 } = config.training as { seed: number; valid?: number };
  const field = imageFieldOf(config);
  // As the training run opened it, which may have been with a limit.
  const own = await withData(address, field, { limit: config.data.count, seed }, context, async (data) => {
    if (data.fingerprint !== config.data.fingerprint) return null;
    const [{ splitIndices }, { subset }] = await Promise.all([import("../data/split.js"), import("../data/subset.js")]);
    const aside = splitIndices(data.count, valid, seed).valid;
    const result = aside.length > 0 ? await use(subset(data, aside), "kept aside") : await use(data, "training");
    return { result };
  });
  if (own) return own.result;
  return withData(address, field, { limit: MEASURED, seed }, context, (data) => use(data, "other"));
}

interface Page {
  readonly page: string;
  readonly kind: Kind;
  readonly count: number;
  readonly findings: readonly string[];
}

async function makePage(
  runner: Runner,
  data: Dataset,
  kind: Kind,
  { path, isPrivate }: { readonly path: string; readonly isPrivate?: boolean },
  { host, signal }: VerbContext,
): Promise<Page> {
  const [{ reportFacts }, { reportPage }, { latentStatistics }, { sampleIndices }, history] = await Promise.all([
    import("./report-facts.js"),
    import("../eval/report/page.js"),
    import("../eval/latents.js"),
    import("../data/split.js"),
    historyOf(path, host),
  ]);
  const { seed } = runner.config.training;
  const measured = sampleIndices(data.count, MEASURED, seed);
  const { mu, logvar } = await encodeRecords(runner, data, measured, { signal });
  const config = { ...runner.config, latents: latentStatistics(mu, logvar, runner.latent) };
  const facts = await reportFacts({
    config,
    weights: runner.weights(),
    runner,
    data,
    kind,
    measured,
    mu,
    logvar,
    history,
    seed,
    host,
    path,
    run: null,
    isPrivate: isPrivate ?? config.training.private === true,
  });
  return {
    page: await reportPage(facts),
    kind,
    count: measured.length,
    findings: facts.findings.map(({ code }) => code),
  };
}

async function historyOf(path: string, host: VerbContext["host"]) {
  const [{ readMetricsLog }, { METRICS }, { epochsOf }] = await Promise.all([
    import("../store/metrics-log.js"),
    import("../store/layout.js"),
    import("../train/events.js"),
  ]);
  return epochsOf(await readMetricsLog(host.files.join(path, METRICS), host.files));
}
