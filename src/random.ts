/** Reproducible random numbers: the counter-based Philox generator, and noise keyed by a record's content. */

import { VaekitError } from "./errors.js";

/** Where a generator stands, as plain JSON. `position` counts the 32-bit words drawn so far. */
export interface PhiloxState {
  readonly seed: number;
  readonly stream: number;
  readonly position: number;
}

/** Words made at a time; a multiple of 4 (one Philox block) that divides 2^32. */
const BUFFER_WORDS = 1024;
const TWO_32 = 2 ** 32;
/** Set in the second key word of keyed noise, where a seed below 2^53 has a zero: the two never meet. */
const KEYED = 0x80000000;

/**
 * Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
 *
 * Block number b of a generator is a pure function of (seed, stream, b): the key is the seed, `[seed lo, seed hi]`, and
 * the counter is `[b lo, b hi, stream lo, stream hi]`. `stream` separates uses of one seed (noise, shuffle, split,
 * initial values): streams never overlap. All results are made with integer operations and + - * / sqrt only, which
 * IEEE 754 rounds exactly, so they are the same bits on every JavaScript engine.
 *
 * @example const epsilon = new Philox(7).normals(new Float32Array(128 * 20))
 */
export class Philox {
  readonly seed: number;
  readonly stream: number;
  readonly #words = new Uint32Array(BUFFER_WORDS);
  #start = 0; // position of the first word in the buffer
  #index = 0; // words of the buffer already drawn

  /** `seed` and `stream` are whole numbers 0..2^53-1; anything else is E_OPTION. */
  constructor(seed: number, stream = 0) {
    this.seed = whole("seed", seed);
    this.stream = whole("stream", stream);
    this.#seek(0);
  }

  /** A generator that continues, bit for bit, where `state` was taken. */
  static fromState(state: PhiloxState): Philox {
    const generator = new Philox(state.seed, state.stream);
    generator.#seek(whole("position", state.position));
    return generator;
  }

  state(): PhiloxState {
    return { seed: this.seed, stream: this.stream, position: this.#start + this.#index };
  }

  /** Fills `out` with uniform numbers in [0, 1): multiples of 2^-24, one word each. */
  uniforms(out: Float32Array): Float32Array {
    for (let i = 0; i < out.length; i++) out[i] = (this.#next() >>> 8) * 2 ** -24;
    return out;
  }

  /** One uniform number in [0, 1): a multiple of 2^-32. */
  uniform(): number {
    return this.#next() / TWO_32;
  }

  /**
   * Fills `out` with standard normal numbers, two from two words (Box & Muller 1958), at most 6.77 from zero. Starts at an even word;
   * of an odd count the last pair's second half is dropped, so that even counts may be drawn in pieces.
   */
  normals(out: Float32Array): Float32Array {
    this.#index += this.#index & 1;
    for (let done = 0; done < out.length; ) {
      if (this.#index === BUFFER_WORDS) this.#seek(this.#start + BUFFER_WORDS);
      const count = Math.min(out.length - done, BUFFER_WORDS - this.#index);
      boxMuller(this.#words, this.#index, out, done, count);
      this.#index += count + (count & 1);
      done += count;
    }
    return out;
  }

  /** Fills `out` with whole numbers 0..below-1, exactly uniform (Lemire 2019); `below` is 1..2^32-1. */
  integers(out: Uint32Array, below: number): Uint32Array {
    whole("below", below, 1, TWO_32 - 1);
    for (let i = 0; i < out.length; i++) out[i] = this.#integer(below);
    return out;
  }

  /** The numbers 0..count-1 in random order (Fisher-Yates); every order is equally likely. */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: whole("count", count, 0, TWO_32 - 1) }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.#integer(i + 1);
      const kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }

  #next(): number {
    if (this.#index === BUFFER_WORDS) this.#seek(this.#start + BUFFER_WORDS);
    return this.#words[this.#index++];
  }

  /** The high word of word * below, redrawn while the low word lies where some results would be too frequent. */
  #integer(below: number): number {
    const word = this.#next();
    const low = Math.imul(word, below) >>> 0;
    if (low < below && low < TWO_32 % below) return this.#integer(below);
    return multiplyHigh(word, below);
  }

  #seek(position: number): void {
    this.#index = position % BUFFER_WORDS;
    this.#start = position - this.#index;
    const block = this.#start / 4;
    philoxBlocks(this.#words, split(this.seed), [...split(block), ...split(this.stream)]);
  }
}

/**
 * Fills `out` with standard normal numbers that depend on (seed, hash, draw) alone: a record gets the same noise
 * whatever stands beside it in a batch. `hash` is the record's `hashBytes`, `draw` a whole number 0..2^32-1.
 */
export function keyedNormals(
  out: Float32Array,
  seed: number,
  hash: readonly [number, number],
  draw: number,
): Float32Array {
  whole("draw", draw, 0, TWO_32 - 1);
  const [low, high] = split(whole("seed", seed));
  for (let done = 0; done < out.length; ) {
    const count = Math.min(out.length - done, BUFFER_WORDS);
    philoxBlocks(keyedWords, [low, high | KEYED], [done / 4, draw, hash[0], hash[1]], count);
    boxMuller(keyedWords, 0, out, done, count);
    done += count;
  }
  return out;
}
const keyedWords = new Uint32Array(BUFFER_WORDS);

/**
 * Fills `out` with uniform numbers in [0, 1), multiples of 2^-24, that depend on (seed, hash, draw) alone. They come from
 * the same words as `keyedNormals` of that draw: use another draw for each.
 */
export function keyedUniforms(
  out: Float32Array,
  seed: number,
  hash: readonly [number, number],
  draw: number,
): Float32Array {
  whole("draw", draw, 0, TWO_32 - 1);
  const [low, high] = split(whole("seed", seed));
  for (let done = 0; done < out.length; done += BUFFER_WORDS) {
    const count = Math.min(out.length - done, BUFFER_WORDS);
    philoxBlocks(keyedWords, [low, high | KEYED], [done / 4, draw, hash[0], hash[1]], count);
    for (let i = 0; i < count; i++) out[done + i] = (keyedWords[i] >>> 8) * 2 ** -24;
  }
  return out;
}

/** A 64-bit hash of bytes, as two 32-bit words: the first half of MurmurHash3_x86_128. Not for secrets. */
export function hashBytes(bytes: Uint8Array): [number, number] {
  const [a, b] = murmur3(bytes, 0);
  return [a, b];
}

/**
 * Fills at least the first `count` words of `out` with consecutive Philox4x32-10 blocks; `counter[0]` must not wrap.
 * `out` holds whole blocks of 4 words.
 */
export function philoxBlocks(
  out: Uint32Array,
  key: readonly [number, number],
  counter: readonly [number, number, number, number],
  count = out.length,
): void {
  for (let i = 0, block = counter[0]; i < count; i += 4, block++) {
    let a = block | 0;
    let b = counter[1] | 0;
    let c = counter[2] | 0;
    let d = counter[3] | 0;
    let k0 = key[0] | 0;
    let k1 = key[1] | 0;
    for (let round = 0; round < 10; round++) {
      const highA = multiplyHigh(a, 0xd2511f53);
      const highC = multiplyHigh(c, 0xcd9e8d57);
      const lowA = Math.imul(a, 0xd2511f53);
      const lowC = Math.imul(c, 0xcd9e8d57);
      a = highC ^ b ^ k0;
      b = lowC;
      c = highA ^ d ^ k1;
      d = lowA;
      k0 = (k0 + 0x9e3779b9) | 0; // the golden ratio
      k1 = (k1 + 0xbb67ae85) | 0; // sqrt(3) - 1
    }
    out[i] = a;
    out[i + 1] = b;
    out[i + 2] = c;
    out[i + 3] = d;
  }
}

/** The high 32 bits of the 64-bit product of two 32-bit words, from 16-bit halves. */
function multiplyHigh(x: number, y: number): number {
  const xl = x & 0xffff;
  const xh = x >>> 16;
  const yl = y & 0xffff;
  const yh = y >>> 16;
  const middle = (Math.imul(xh, yl) + (Math.imul(xl, yl) >>> 16)) | 0;
  const cross = (Math.imul(xl, yh) + (middle & 0xffff)) | 0;
  return (Math.imul(xh, yh) + (middle >>> 16) + (cross >>> 16)) >>> 0;
}

/** 2^(leading - 32), by the number of leading zeros of a word. */
const SCALE = Float64Array.from({ length: 33 }, (_, leading) => 2 ** (leading - 32));

// Taylor coefficients of (atanh t)/t, (sin x)/x and cos x.
const [T3, T5, T7, T9, T11, T13, T15] = [1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11, 1 / 13, 1 / 15];
const [S3, S5, S7, S9, S11, S13] = [-1 / 6, 1 / 120, -1 / 5040, 1 / 362880, -1 / 39916800, 1 / 6227020800];
const [C2, C4, C6, C8, C10, C12] = [-1 / 2, 1 / 24, -1 / 720, 1 / 40320, -1 / 3628800, 1 / 479001600];

/**
 * `count` normal numbers, out[2i], out[2i+1] = sqrt(-2 ln u) (cos, sin)(2 pi v), from words u, v: u = (word + 1/2) / 2^32,
 * never 0 or 1. Series instead of Math.log, cos and sin, whose last bits each engine may choose; errors below 1e-11.
 */
function boxMuller(words: Uint32Array, from: number, out: Float32Array, at: number, count: number): void {
  for (let i = 0; i < count; i += 2) {
    const word = words[from + i];
    const leading = Math.clz32(word);
    // u = m 2^-leading with m in [1/2, 1), and ln m = ln sqrt(1/2) + 2 atanh t with |t| < 0.172.
    const m = (word + 0.5) * SCALE[leading];
    const t = (m - Math.SQRT1_2) / (m + Math.SQRT1_2);
    const tt = t * t;
    const series = 1 + tt * (T3 + tt * (T5 + tt * (T7 + tt * (T9 + tt * (T11 + tt * (T13 + tt * T15))))));
    const radius = Math.sqrt((2 * leading + 1) * Math.LN2 - 4 * t * series);
    // The angle is `quarter` quarter turns and x in [-pi/4, pi/4).
    const turned = words[from + i + 1] + 0x20000000;
    const quarter = (turned >>> 30) & 3;
    const x = ((turned & 0x3fffffff) - 0x20000000) * (Math.PI / 2 ** 31);
    const xx = x * x;
    const sin = x * (1 + xx * (S3 + xx * (S5 + xx * (S7 + xx * (S9 + xx * (S11 + xx * S13))))));
    const cos = 1 + xx * (C2 + xx * (C4 + xx * (C6 + xx * (C8 + xx * (C10 + xx * C12)))));
    // One quarter turn takes (cos, sin) to (-sin, cos).
    const sign = 1 - (quarter & 2);
    const odd = quarter & 1;
    out[at + i] = radius * sign * (odd ? -sin : cos);
    if (i + 1 < count) out[at + i + 1] = radius * sign * (odd ? cos : sin);
  }
}

/** MurmurHash3_x86_128 (Appleby 2011) as four 32-bit words. */
export function murmur3(bytes: Uint8Array, seed: number): [number, number, number, number] {
  let a = seed | 0;
  let b = a;
  let c = a;
  let d = a;
  const blocks = bytes.length & ~15;
  for (let i = 0; i < blocks; i += 16) {
    a = (Math.imul((rotate(a ^ scrambleA(word(bytes, i)), 19) + b) | 0, 5) + 0x561ccd1b) | 0;
    b = (Math.imul((rotate(b ^ scrambleB(word(bytes, i + 4)), 17) + c) | 0, 5) + 0x0bcaa747) | 0;
    c = (Math.imul((rotate(c ^ scrambleC(word(bytes, i + 8)), 15) + d) | 0, 5) + 0x96cd1c35) | 0;
    d = (Math.imul((rotate(d ^ scrambleD(word(bytes, i + 12)), 13) + a) | 0, 5) + 0x32ac3b17) | 0;
  }
  const tail = new Uint8Array(16); // zeros scramble to zeros, so a short block may be filled up with them
  tail.set(bytes.subarray(blocks));
  a ^= scrambleA(word(tail, 0)) ^ bytes.length;
  b ^= scrambleB(word(tail, 4)) ^ bytes.length;
  c ^= scrambleC(word(tail, 8)) ^ bytes.length;
  d ^= scrambleD(word(tail, 12)) ^ bytes.length;
  a = (a + b + c + d) | 0;
  const mixed = [avalanche(a), avalanche((b + a) | 0), avalanche((c + a) | 0), avalanche((d + a) | 0)];
  const sum = mixed[0] + mixed[1] + mixed[2] + mixed[3];
  return [sum >>> 0, (mixed[1] + sum) >>> 0, (mixed[2] + sum) >>> 0, (mixed[3] + sum) >>> 0];
}

const scrambleA = (k: number) => Math.imul(rotate(Math.imul(k, 0x239b961b), 15), 0xab0e9789);
const scrambleB = (k: number) => Math.imul(rotate(Math.imul(k, 0xab0e9789), 16), 0x38b34ae5);
const scrambleC = (k: number) => Math.imul(rotate(Math.imul(k, 0x38b34ae5), 17), 0xa1e38b93);
const scrambleD = (k: number) => Math.imul(rotate(Math.imul(k, 0xa1e38b93), 18), 0x239b961b);

function avalanche(h: number): number {
  let x = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

/** The low and high 32-bit words of a whole number below 2^53. */
function split(x: number): [number, number] {
  return [x >>> 0, Math.floor(x / TWO_32)];
}

/** `value`, or E_OPTION if it is not a whole number min..max. */
function whole(name: string, value: number, min = 0, max = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new VaekitError("E_OPTION", `invalid ${name}: got ${value}, expected a whole number ${min}..${max}`);
}
