/** Columns side by side, as codes and as normal numbers: against closed forms, by integration, by draws, and in float32. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Dist } from "../../src/dist/dist.js";
import { type NumberColumn, normalColumns, normalColumnUnits } from "../../src/dist/normal-columns.js";
import { padded, type Segment, type SegmentLayout, segments } from "../../src/dist/segments.js";
import { grad } from "../../src/graph/grad.js";
import { constant, input, type Tensor } from "../../src/graph/ops.js";
import { program } from "../../src/graph/program.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import type { Engine } from "../../src/runtime/engine.js";
import { evaluate } from "../../src/runtime/reference.js";
import { expectClose, finiteDifferences } from "../helpers/tensors.js";

const DRAWS = 50_000;
/** Shares and means of draws may miss by this many of their standard errors. */
const SIGMAS = 4.5;

let engine: Engine;
beforeAll(async () => {
  engine = await ortNode({ threads: 1 });
});
afterAll(() => engine.dispose());

function layoutOf(parts: readonly Omit<Segment, "at">[], values: number, at: readonly number[]): SegmentLayout {
  let codes = 0;
  const placed = parts.map((part, i) => {
    codes += part.count;
    return { ...part, at: at[i], start: codes - part.count };
  });
  return { segments: placed, codes, values };
}

/** A number with bins (values 0..3: junk, code, position, density), labels (4), a lone code (5), an order without bins (6). */
const layout = layoutOf(
  [
    { count: 4, ordered: true, within: 3, position: 2 },
    { count: 3, ordered: false, within: null, position: null },
    { count: 1, ordered: false, within: null, position: null },
    { count: 7, ordered: true, within: null, position: null },
    { count: 2, ordered: false, within: null, position: null },
  ],
  8,
  [1, 4, 5, 6, 7],
);
const WIDTH = padded(layout.codes);

/** Softmax of each segment. */
function probabilities(logits: ArrayLike<number>): number[][] {
  return layout.segments.map(({ start, count }) => {
    const own = Array.from({ length: count }, (_, i) => Math.max(-20, Math.min(20, logits[start + i])));
    const largest = Math.max(...own);
    const weights = own.map((logit) => Math.exp(logit - largest));
    const total = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / total);
  });
}

function logitsOf(seed: number, scale: number): Float32Array {
  return new Philox(seed).normals(new Float32Array(WIDTH)).map((value) => scale * value);
}

/** Every value of a record is given by what stands at its place. */
const record = (codes: readonly number[], within = 0) => [
  9,
  codes[0],
  0.25,
  within,
  codes[1],
  codes[2],
  codes[3],
  codes[4],
];
const value = (x: Tensor): Float64Array => evaluate([x], new Map())[0].data as Float64Array;
const rowOf = (numbers: ArrayLike<number>) => constant(Float32Array.from(numbers), [1, numbers.length]);

const CASES = [
  ["ordinary logits", logitsOf(1, 1)],
  ["equal logits", new Float32Array(WIDTH)],
  ["steep logits", logitsOf(2, 12)],
  ["logits of 1e4", logitsOf(3, 1).map((logit) => (logit > 0 ? 1e4 : -1e4))],
] as const;

describe.each(CASES)("segments of %s", (_, logits) => {
  const dist = segments(rowOf(logits), layout);
  const p = probabilities(logits);

  test("have the log-probabilities of a softmax each", () => {
    for (const codes of [
      [0, 0, 0, 0, 0],
      [3, 2, 0, 6, 1],
      [1, 0, 0, 3, 1],
    ]) {
      const x = rowOf(record(codes, -1.5));
      const expected = codes.map((code, s) => Math.log(p[s][code]) + (s === 0 ? -1.5 : 0));
      const elements = value((dist.elements as (x: Tensor) => Tensor)(x));
      expectClose(elements, [...expected, 0, 0, 0], 1e-6, `elements of ${codes}`);
      expectClose(value(dist.logProb(x)), [expected.reduce((a, b) => a + b, 0)], 1e-6, `log p of ${codes}`);
    }
  });

  test("sum to 1 over all codes of a segment", () => {
    for (const [s, { count }] of layout.segments.entries()) {
      let total = 0;
      for (let code = 0; code < count; code++) {
        const codes = [-1, -1, -1, -1, -1];
        codes[s] = code;
        total += Math.exp(value(dist.logProb(rowOf(record(codes))))[0]);
      }
      expect(total, `segment ${s}`).toBeCloseTo(1, 9);
    }
  });

  test("that are hidden cost nothing, whatever stands beside them", () => {
    const hidden = value((dist.elements as (x: Tensor) => Tensor)(rowOf(record([-1, -1, -1, -1, -1], 77))));
    expect([...hidden].map((element) => element + 0)).toEqual(new Array(padded(5)).fill(0));
    const one = value(dist.logProb(rowOf(record([-1, 1, -1, -1, -1], 77))));
    expectClose(one, [Math.log(p[1][1])], 1e-6);
  });

  test("have the median of ordered codes and the likeliest of others in their middle", () => {
    const middle = value(dist.mean);
    expect([...value(dist.mode)]).toEqual([...middle]);
    for (const [s, { at, ordered, position }] of layout.segments.entries()) {
      const code = middle[at];
      if (ordered) {
        const below = p[s].slice(0, code).reduce((a, b) => a + b, 0);
        expect(below, `median of segment ${s}`).toBeLessThanOrEqual(0.5 + 1e-6);
        expect(below + p[s][code], `median of segment ${s}`).toBeGreaterThanOrEqual(0.5 - 1e-6);
      } else {
        // Two that are nearly as likely may be taken for each other.
        expect(p[s][code], `mode of segment ${s}`).toBeGreaterThan(0.5 * Math.max(...p[s]));
      }
      if (position !== null) expect(middle[position]).toBe(0.5);
    }
    expect([middle[0], middle[3]]).toEqual([0, 0]);
  });

  test("are drawn as often as they are likely, with positions spread evenly, each by itself", async () => {
    const noise = new Philox(7).uniforms(new Float32Array(DRAWS * (dist.noiseSize as number)));
    const drawn = await drawn32((out) => segments(out, layout), logits, noise);
    const size = layout.values;
    for (const [s, { at, count, position }] of layout.segments.entries()) {
      const counts = new Array<number>(count).fill(0);
      let [sum, squares] = [0, 0];
      for (let i = 0; i < DRAWS; i++) {
        counts[drawn[i * size + at]]++;
        const where = position === null ? 0.5 : drawn[i * size + position];
        expect(where >= 0 && where <= 1).toBe(true);
        sum += where;
        squares += (where - 0.5) ** 2;
      }
      expect(
        counts.reduce((a, b) => a + b, 0),
        `segment ${s} has other codes than its own`,
      ).toBe(DRAWS);
      for (const [code, got] of counts.entries()) expectShare(got, p[s][code], `segment ${s}, code ${code}`);
      if (position === null) continue;
      expect(Math.abs(sum / DRAWS - 0.5)).toBeLessThan(SIGMAS * Math.sqrt(1 / 12 / DRAWS));
      expect(Math.abs(squares / DRAWS - 1 / 12)).toBeLessThan(SIGMAS * Math.sqrt(1 / 180 / DRAWS));
    }
    // Two segments are drawn independently of each other.
    let both = 0;
    for (let i = 0; i < DRAWS; i++) if (drawn[i * size + 4] === 1 && drawn[i * size + 6] === 2) both++;
    expectShare(both, p[1][1] * p[3][2], "two codes together");
  });

  test("have the gradient of finite differences", () => {
    if (Math.max(...logits.map(Math.abs)) > 20) return; // cut off: the gradient is 0 beyond
    const out = input("out", [1, WIDTH]);
    const at = { shape: [1, WIDTH], data: Float64Array.from(logits, (logit) => Math.max(-19, Math.min(19, logit))) };
    const given = new Map([[out, at]]);
    const y = segments(out, layout)
      .logProb(rowOf(record([2, 0, 0, 5, -1], -1)))
      .sum();
    const [gradient] = evaluate(grad(y, [out]), given);
    expectClose(gradient.data, finiteDifferences(y, out, given).data, 1e-6, "gradient");
    expect(gradient.data[layout.segments[4].start] + 0).toBe(0); // hidden
  });
});

test("codes beyond the logits' limits are as unlikely as the limit, and no less", () => {
  const logits = new Float32Array(WIDTH).fill(-1e30);
  logits[0] = 1e30;
  const dist = segments(rowOf(logits), layout);
  expectClose(value(dist.logProb(rowOf(record([0, -1, -1, -1, -1])))), [0], 1e-9);
  expectClose(value(dist.logProb(rowOf(record([1, -1, -1, -1, -1])))), [-40], 1e-6);
});

test("a thousand segments are drawn as often as they are likely in float32 too", async () => {
  const count = 1000;
  const many = layoutOf(
    Array.from({ length: count }, () => ({ count: 3, ordered: false, within: null, position: null })),
    count,
    Array.from({ length: count }, (_, i) => i),
  );
  const shares = [0.6, 0.39, 0.01];
  const logits = new Float32Array(padded(3 * count));
  for (let i = 0; i < 3 * count; i++) logits[i] = Math.log(shares[i % 3]);
  const rows = 300;
  const noise = new Philox(3).uniforms(new Float32Array(rows * 2 * padded(count)));
  const drawn = await drawn32((out) => segments(out, many), logits, noise, rows);
  for (const from of [0, 750]) {
    const counts = [0, 0, 0];
    for (let row = 0; row < rows; row++) for (let s = from; s < from + 250; s++) counts[drawn[row * count + s]]++;
    const total = rows * 250;
    for (const [code, got] of counts.entries()) {
      const error = Math.sqrt((shares[code] * (1 - shares[code])) / total);
      expect(Math.abs(got / total - shares[code]), `code ${code} of segments from ${from}`).toBeLessThan(
        SIGMAS * error,
      );
    }
  }
});

/** Values drawn on the engine, in float32, from one row of parameters. */
async function drawn32(
  make: (out: Tensor) => Dist,
  out: Float32Array,
  noise: Float32Array,
  rows = DRAWS,
): Promise<Float32Array> {
  const parameters = input("out", [1, out.length]);
  const eps = input("eps", [rows, noise.length / rows]);
  const spread = make(parameters.broadcastTo([rows, out.length]));
  const bank = engine.bank([]);
  const executable = await engine.compile(program("draws", { z: spread.sample(eps).z }), bank);
  const { z } = await executable.run({ out, eps: noise });
  await executable.dispose();
  bank.dispose();
  return z as Float32Array;
}

function expectShare(got: number, p: number, what: string): void {
  const error = Math.sqrt((p * (1 - p)) / DRAWS);
  expect(Math.abs(got / DRAWS - p), `${what}: got ${got / DRAWS}, expected ${p}`).toBeLessThan(
    SIGMAS * error + 2 / DRAWS,
  );
}

/** Two numbers, each with its amount and its code; the first is missing with chance 0.3. */
const columns: readonly NumberColumn[] = [
  { at: 0, code: 1, missing: 6, made: 7, deviation: 250 },
  { at: 2, code: 3, missing: 4, made: 5, deviation: 1e-3 },
];
const UNITS = normalColumnUnits(columns.length);
const PLACES = padded(columns.length);
const MISSING_SHARE = 0.3;

function outOf(mu: readonly number[], logSigma: readonly number[], absent: readonly number[]): Float32Array {
  const out = new Float32Array(UNITS);
  for (const [i, values] of [mu, logSigma, absent].entries()) out.set(values, i * PLACES);
  return out;
}
const absentLogits = [Math.log(MISSING_SHARE / (1 - MISSING_SHARE)), -9];

describe.each([
  ["normal", { floor: 0.1, degrees: Number.POSITIVE_INFINITY }],
  ["Student-t with 4 degrees", { floor: 0.05, degrees: 4 }],
  ["Student-t with 1 degree", { floor: 0.3, degrees: 1 }],
] as const)("columns of numbers, %s", (_, shape) => {
  const out = outOf([0.4, -2], [Math.log(0.5), -30], absentLogits);
  const dist = normalColumns(rowOf(out), columns, 4, shape);
  const elements = dist.elements as (x: Tensor) => Tensor;
  const sigmas = [Math.hypot(0.5, shape.floor), shape.floor];

  /** log p per column of numbers x in the columns' own units, there or not. */
  function elementsAt(xs: readonly number[], column: number): Float64Array {
    const values = xs.flatMap((x) => {
      const row = [0, -1, 0, -1];
      row[2 * column] = x / columns[column].deviation;
      row[2 * column + 1] = 2;
      return row;
    });
    const all = value(elements(constant(Float64Array.from(values) as never, [xs.length, 4])));
    return Float64Array.from(xs, (_, i) => all[i * PLACES + column]);
  }

  test("have densities of the numbers themselves, which sum with the missing share to 1", () => {
    for (const [column, { deviation }] of columns.entries()) {
      const [mu, sigma] = [[0.4, -2][column] * deviation, sigmas[column] * deviation];
      // x = mu + sigma tan(t): all of the real line, also for heavy tails.
      const steps = 20_001;
      const step = Math.PI / steps;
      const angles = Array.from({ length: steps }, (_, i) => -Math.PI / 2 + (i + 0.5) * step);
      const log = elementsAt(
        angles.map((t) => mu + sigma * Math.tan(t)),
        column,
      );
      const mass = angles.reduce((sum, t, i) => sum + (Math.exp(log[i]) * sigma * step) / Math.cos(t) ** 2, 0);
      const there = 1 / (1 + Math.exp(absentLogits[column]));
      expect(mass, `column ${column}`).toBeCloseTo(there, 3);
    }
  });

  test("know the closed form", () => {
    const x = 0.4 * 250 + 2 * sigmas[0] * 250;
    const { degrees } = shape;
    const atTwo =
      degrees === 4
        ? Math.log(3 / 8) - 2.5 * Math.log(2) // t_4: 3/8 (1 + t^2/4)^(-5/2)
        : degrees === 1
          ? -Math.log(5 * Math.PI)
          : -0.5 * Math.log(2 * Math.PI) - 2;
    const expected = atTwo - Math.log(sigmas[0] * 250) + Math.log(1 - MISSING_SHARE);
    expectClose(elementsAt([x], 0), [expected], 1e-5);
  });

  test("cost what missing ones cost, and hidden ones nothing", () => {
    const missing = value(elements(rowOf([0, 6, 0, 4])));
    expectClose(missing, [Math.log(MISSING_SHARE), -9 - Math.log1p(Math.exp(-9)), 0, 0], 1e-6);
    const hidden = value(elements(rowOf([123, -1, 55, -1])));
    expect([...hidden].map((element) => element + 0)).toEqual([0, 0, 0, 0]);
  });

  test("are drawn with their mean, deviation and share of missing ones", async () => {
    const noise = new Philox(5).normals(new Float32Array(DRAWS * (dist.noiseSize as number)));
    const drawn = await drawn32((parameters) => normalColumns(parameters, columns, 4, shape), out, noise);
    for (const [column, { at, code, made, missing }] of columns.entries()) {
      let [sum, squares, absent] = [0, 0, 0];
      for (let i = 0; i < DRAWS; i++) {
        const z = drawn[i * 4 + at];
        sum += z;
        squares += (z - [0.4, -2][column]) ** 2;
        const got = drawn[i * 4 + code];
        expect(got === made || got === missing).toBe(true);
        if (got === missing) absent++;
      }
      const sigma = sigmas[column];
      expect(Math.abs(sum / DRAWS - [0.4, -2][column])).toBeLessThan((SIGMAS * sigma) / Math.sqrt(DRAWS));
      expect(Math.abs(Math.sqrt(squares / DRAWS) / sigma - 1)).toBeLessThan(SIGMAS / Math.sqrt(2 * DRAWS));
      // The chance of missing is drawn by a logistic function that is within .01 of the normal one.
      const share = 1 / (1 + Math.exp(-absentLogits[column]));
      expect(Math.abs(absent / DRAWS - share)).toBeLessThan(SIGMAS * Math.sqrt((share * (1 - share)) / DRAWS) + 0.01);
    }
  });

  test("have a middle of means, missing where that is likelier", () => {
    expectClose(value(dist.mean), [0.4, 7, -2, 5], 1e-6);
    const mostly = normalColumns(rowOf(outOf([0.4, -2], [0, 0], [3, -3])), columns, 4, shape);
    expectClose(value(mostly.mode), [0.4, 6, -2, 5], 1e-6);
  });

  test("stay finite at extremes, in float32 too", async () => {
    const extremes = [
      outOf([1e4, -1e4], [1e4, -1e4], [1e4, -1e4]),
      outOf([-1e4, 1e4], [-1e4, 1e4], [-1e4, 1e4]),
      outOf([0, 0], [-20, 20], [100, -100]),
    ];
    const parameters = input("out", [extremes.length, UNITS]);
    const x = input("x", [extremes.length, 4]);
    const bank = engine.bank([]);
    const y = normalColumns(parameters, columns, 4, shape).logProb(x);
    const [gradient] = grad(y.sum(), [parameters]);
    const executable = await engine.compile(program("density", { y, gradient }), bank);
    const { y: got, gradient: slope } = await executable.run({
      out: Float32Array.from(extremes.flatMap((row) => [...row])),
      x: Float32Array.from([1e4, 2, -1e4, 2, 0, 6, 1e4, 2, -1e4, 2, 0, 4]),
    });
    await executable.dispose();
    bank.dispose();
    for (const found of [got, slope])
      expect([...(found as Float32Array)].every(Number.isFinite), `${found}`).toBe(true);
  });

  test("have the gradient of finite differences", () => {
    const parameters = input("out", [2, UNITS]);
    const data = Float64Array.from([...outOf([0.4, -2], [-0.3, 0.2], absentLogits), ...outOf([1, 0], [1, -3], [2, 1])]);
    const given = new Map([[parameters, { shape: [2, UNITS], data }]]);
    const x = constant(Float32Array.from([0.1, 2, -3, 4, 0, -1, 1.5, 3]), [2, 4]);
    const y = normalColumns(parameters, columns, 4, shape).logProb(x).sum();
    const [gradient] = evaluate(grad(y, [parameters]), given);
    expectClose(gradient.data, finiteDifferences(y, parameters, given).data, 1e-5, "gradient");
  });
});
