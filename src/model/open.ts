/** Opens a model on an engine: weights go to a bank, programs are compiled when first needed. */

import type { Columns } from "../data/dataset.js";
import { VaekitError } from "../errors.js";
import type { NoiseKind, ParameterSpec } from "../nn/ctx.js";
import type { Engine, Executable, Feeds, Values } from "../runtime/engine.js";
import { areBytes, takesBytes, withBytes } from "./byte-inputs.js";
import { compose, type Model, TEMPERATURE } from "./compose.js";
import type { ModelConfig } from "./config.js";
import { probedOf, probeProgram } from "./probe.js";
import {
  decodeProgram,
  drawProgram,
  drawRecordProgram,
  encodeProgram,
  explainProgram,
  type GroupShape,
  groupsOf,
  MEAN,
  parametersOf,
  SURPRISE,
  scoreProgram,
  type TracedProgram,
} from "./programs.js";
import type { Runner, Weight } from "./runner.js";
import { textFeeds } from "./texts.js";
import { tokenWriter } from "./token-writer.js";
import { RECORD } from "./values.js";
import { beginProgram, chooseProgram, writeProgram } from "./writing.js";

/** E_MODEL when weights are missing, unknown or of another shape than the configuration asks for. */
export async function openRunner(
  config: ModelConfig,
  weights: ReadonlyMap<string, Weight>,
  engine: Engine,
): Promise<Runner> {
  const model = compose(config);
  const parameters = parametersOf(model);
  checkWeights(parameters, weights); // before memory is asked for: a configuration may claim any size
  const bank = engine.bank([...parameters].map(([name, { shape }]) => ({ name, shape })));
  for (const name of parameters.keys()) await bank.write(name, "value", weights.get(name)!.values);

  const groups = groupsOf(model);
  const latent = groups.reduce((total, { size }) => total + size, 0);
  const drawNoise = (): GroupShape[] => {
    const { noises } = drawProgram(model).recording;
    return groups.map(({ name }) => ({ name, size: noises.get(`sampler.${name}.eps`)!.tensor.shape.at(-1) as number }));
  };
  let known: GroupShape[] | null = null;
  const noiseGroups = (): GroupShape[] => (known ??= drawNoise());
  const compiled = new Map<string, Promise<Executable>>();
  const program = (key: string, trace: () => TracedProgram): Promise<Executable> => {
    let executable = compiled.get(key);
    if (!executable) {
      executable = engine.compile(trace().program, bank);
      compiled.set(key, executable);
    }
    return executable;
  };

  let recordNoises: (readonly [name: string, kind: NoiseKind, size: number])[] | null = null;
  const withScratch = scratchPool();
  /** Runs a program over records, which it takes as bytes where they are that. */
  const reading = async (
    key: string,
    trace: () => TracedProgram,
    columns: Columns,
    count: number,
    more: Feeds = {},
  ): Promise<Record<string, Values>> => {
    const dims = { B: count };
    if (takesBytes(engine, model) && areBytes(model, columns)) {
      const executable = await program(`${key}/bytes`, () => withBytes(trace(), model));
      return executable.run({ ...(columns as Feeds), ...more }, dims);
    }
    const executable = await program(key, trace);
    return withScratch((scratch) => executable.run({ ...fieldFeeds(model, columns, scratch), ...more }, dims));
  };

  return {
    config,
    latent,
    get noiseSize() {
      return noiseGroups().reduce((total, { size }) => total + size, 0);
    },
    async encode(columns, count) {
      const { mu, logvar } = await reading("encode", () => encodeProgram(model), columns, count);
      return { mu: mu as Float32Array, logvar: logvar as Float32Array };
    },
    async decode(z, count, given) {
      if (model.groups.every(({ isText }) => isText)) return {};
      const executable = await program("decode", () => decodeProgram(model));
      return (await executable.run({ z, ...givenFeeds(model, given) }, { B: count })) as Record<string, Float32Array>;
    },
    async drawRecords(z, count, noise, given) {
      if (model.groups.every(({ isText }) => isText)) return {}; // texts are written token by token
      const trace = () => drawRecordProgram(model);
      const executable = await program("draw-records", trace);
      recordNoises ??= [...trace().recording.noises].map(([name, { kind, tensor }]) => [
        name,
        kind,
        tensor.shape.at(-1) as number,
      ]);
      const feeds = Object.fromEntries(recordNoises.map(([name, kind, size]) => [name, noise(kind, count * size)]));
      const all = { z, ...feeds, ...givenFeeds(model, given) };
      return (await executable.run(all, { B: count })) as Record<string, Float32Array>;
    },
    async writer(field, z, count, given) {
      const { kind, schema } = model.fields.find(({ name }) => name === field)!;
      return tokenWriter({
        begin: await program(`begin/${field}`, () => beginProgram(model, field)),
        step: await program(`write/${field}`, () => writeProgram(model, field)),
        choose: (by) => program(`write/${field}/${by}`, () => chooseProgram(model, field, by)),
        grows: model.writing[field].grows,
        vocabulary: kind.ragged!.count(schema),
        feeds: { z, ...givenFeeds(model, given) },
        count,
      });
    },
    async draw(noise, count, temperature) {
      const executable = await program("draw", () => drawProgram(model));
      const feeds = {
        ...splitGroups("sampler", noise, 1, count, noiseGroups()),
        [TEMPERATURE]: Float32Array.of(temperature),
      };
      return (await executable.run(feeds, { B: count })).z as Float32Array;
    },
    async score(columns, count, particles, noise) {
      const latents = splitGroups("posterior", noise, particles, count, groups);
      const trace = () => scoreProgram(model, particles);
      const { reconstruction, kl, logWeights } = await reading(`score-${particles}`, trace, columns, count, latents);
      return {
        reconstruction: reconstruction as Float32Array,
        kl: kl as Float32Array,
        logWeights: logWeights as Float32Array,
      };
    },
    async probe(columns, count, noise) {
      const latents = splitGroups("posterior", noise, 1, count, groups);
      const results = await reading("probe", () => probeProgram(model), columns, count, latents);
      return probedOf(results as Record<string, Float32Array>);
    },
    async explain(columns, count, particles, noise) {
      const latents = splitGroups("posterior", noise, particles, count, groups);
      const trace = () => explainProgram(model, particles);
      const results = (await reading(`explain-${particles}`, trace, columns, count, latents)) as Record<
        string,
        Float32Array
      >;
      const byField = (prefix: string) =>
        Object.fromEntries(
          Object.entries(results)
            .filter(([name]) => name.startsWith(prefix))
            .map(([name, values]) => [name.slice(prefix.length), values]),
        );
      return { logWeights: results.logWeights, surprise: byField(SURPRISE), means: byField(MEAN) };
    },
    async weights() {
      const copies = new Map<string, Weight>();
      for (const [name, { shape }] of parameters) copies.set(name, { shape, values: await bank.read(name, "value") });
      return copies;
    },
    async dispose() {
      for (const executable of compiled.values()) await (await executable).dispose();
      compiled.clear();
      bank.dispose();
    },
  };
}

/** E_MODEL when a weight is missing, unknown or of another shape than the configuration asks for. */
function checkWeights(parameters: ReadonlyMap<string, ParameterSpec>, weights: ReadonlyMap<string, Weight>): void {
  for (const [name, { shape }] of parameters) {
    const weight = weights.get(name);
    if (!weight)
      throw new VaekitError(
        "E_MODEL",
        `weight "${name}" is missing`,
        "The folder was made for other parts, or is damaged.",
      );
    if (weight.shape.join() !== shape.join())
      throw new VaekitError(
        "E_MODEL",
        `weight "${name}" has shape [${weight.shape.join(", ")}], expected [${shape.join(", ")}]`,
      );
  }
  const extra = [...weights.keys()].find((name) => !parameters.has(name));
  if (extra) throw new VaekitError("E_MODEL", `weight "${extra}" belongs to no part of this model`);
}

/**
 * What programs are fed for these columns, as the model sees them: by field, or packed. With `scratch`, in arrays that the
 * next call uses again.
 */
export function fieldFeeds(model: Model, columns: Columns, scratch?: Scratch): Feeds {
  const feeds = encodedFields(model, columns, scratch);
  if (!model.packed) return feeds;
  const [first] = model.fields;
  const count = columns[first.name].length / first.stored;
  const width = model.fields.reduce((total, { size }) => total + size, 0);
  const packed = scratch?.(RECORD, count * width) ?? new Float32Array(count * width);
  let start = 0;
  for (const { name, size } of model.fields) {
    const values = feeds[name] as Float32Array;
    for (let row = 0, from = 0; row < count; row++)
      for (let j = 0; j < size; j++) packed[row * width + start + j] = values[from++];
    start += size;
  }
  return { [RECORD]: packed };
}

/** What a conditional model is given, as one input. E_DATA where it is not there. */
function givenFeeds(model: Model, given: Columns | undefined): Feeds {
  if (model.given.length === 0) return {};
  if (!given) throw new VaekitError("E_DATA", "this model needs values of the fields that it is given");
  return fieldFeeds({ ...model, fields: model.given, packed: true }, given);
}

/** Columns as the model sees them, by field. */
function encodedFields(model: Model, columns: Columns, scratch?: Scratch): Feeds {
  return Object.fromEntries(
    model.fields.flatMap((field) => {
      const { name, kind, schema, size, stored } = field;
      const column = columns[name];
      if (!column)
        throw new VaekitError("E_DATA", `the data has no field "${name}"; it has ${Object.keys(columns).join(", ")}`);
      if (field.ragged) return Object.entries(textFeeds(field, column, scratch));
      return [[name, kind.encode(column, schema, scratch?.(name, (column.length / stored) * size))]];
    }),
  );
}

/**
 * Arrays that are used again: a fresh one of some hundred kilobytes every step makes V8 collect garbage every few steps,
 * which took a tenth of the time of small nets.
 */
export type Scratch = (name: string, length: number) => Float32Array;

export function scratchArrays(): Scratch {
  const arrays = new Map<string, Float32Array>();
  return (name, length) => {
    let array = arrays.get(name);
    if (!array || array.length < length) {
      array = new Float32Array(length);
      arrays.set(name, array);
    }
    return array.length === length ? array : array.subarray(0, length);
  };
}

/** Lends scratch arrays to calls that may overlap: each has a set of its own while it runs. */
function scratchPool(): <T>(use: (scratch: Scratch) => Promise<T>) => Promise<T> {
  const idle: Scratch[] = [];
  return async (use) => {
    const scratch = idle.pop() ?? scratchArrays();
    try {
      return await use(scratch);
    } finally {
      idle.push(scratch);
    }
  };
}

/** Noise [rows, width] of all groups side by side becomes an input per group: SCOPE.GROUP.eps. */
function splitGroups(
  scope: string,
  noise: Float32Array,
  particles: number,
  count: number,
  groups: readonly GroupShape[],
): Feeds {
  if (groups.length === 1) return { [`${scope}.${groups[0].name}.eps`]: noise };
  const rows = particles * count;
  const width = noise.length / rows;
  const feeds: Record<string, Float32Array> = {};
  let start = 0;
  for (const { name, size } of groups) {
    const part = new Float32Array(rows * size);
    for (let row = 0; row < rows; row++)
      part.set(noise.subarray(row * width + start, row * width + start + size), row * size);
    feeds[`${scope}.${name}.eps`] = part;
    start += size;
  }
  return feeds;
}
