/** The bank of CPU engines: all parameters, gradients and moments in one WebAssembly memory, for views without copies. */

import { unknown, VaekitError } from "../errors.js";
import { misfit, SMALLER_NET, sameName } from "./bank-errors.js";
import { type Bank, type BankEntry, type ExtraSlot, SLOTS, type Slot, type UpdateRule } from "./engine.js";
import { adamFactors, hasWasmKernel, type UpdateKernel, wasmKernel } from "./update.js";
import { plainKernel } from "./update-plain.js";

/** A bank whose tensors other code may read and write in place. The memory never grows, so views stay valid. */
export interface CpuBank extends Bank {
  /** Numbers in all tensors together, without padding. */
  readonly parameters: number;
  /** A live view of one tensor, flat; starts at a multiple of 32 bytes. */
  view(name: string, slot: Slot): Float32Array<ArrayBuffer>;
  /** A live view of a whole slot: the tensors in the order of `entries`, each padded with zeros to 8 floats. */
  viewAll(slot: Slot): Float32Array<ArrayBuffer>;
  /** A copy of a whole slot, for `writeAll`: the best weights so far, for example. */
  readAll(slot: Slot): Float32Array<ArrayBuffer>;
  writeAll(slot: Slot, values: Float32Array): void;
  /** Whether no value of a slot is infinite or NaN. */
  isFinite(slot: Slot): boolean;
}

export interface CpuBankOptions {
  /** Which form of the kernel updates: default "wasm" where the engine has SIMD, else "plain". Same bits. */
  readonly kernel?: "wasm" | "plain";
}

const PADDED_FLOATS = 8; // 32 bytes, what AVX loads at once
const FLOAT_BYTES = 4;
const PAGE_BYTES = 65_536;

interface Place {
  readonly offset: number; // floats from the slot's start
  readonly length: number;
}

/** Allocates a bank of zeros. E_OPTION when the memory is not to be had (at most 4 GiB: 268 million parameters). */
export function cpuBank(
  entries: readonly BankEntry[],
  extra: readonly ExtraSlot[] = [],
  options: CpuBankOptions = {},
): CpuBank {
  const slots: readonly Slot[] = [...SLOTS, ...extra];
  const places = new Map<string, Place>();
  let slotFloats = 0;
  for (const { name, shape } of entries) {
    if (places.has(name)) throw sameName(name);
    const length = shape.reduce((product, size) => product * size, 1);
    places.set(name, { offset: slotFloats, length });
    slotFloats += Math.ceil(length / PADDED_FLOATS) * PADDED_FLOATS;
  }
  const parameters = [...places.values()].reduce((sum, { length }) => sum + length, 0);
  const { buffer, kernel } = allocate(slotFloats * FLOAT_BYTES * slots.length, parameters, options.kernel);
  const start = (slot: Slot) => {
    const at = slots.indexOf(slot);
    if (at < 0) throw new Error(`internal: this bank has no slot "${slot}"`);
    return at * slotFloats * FLOAT_BYTES;
  };
  let disposed = false;

  const viewAll = (slot: Slot) => {
    if (disposed) throw new Error("internal: this bank was disposed of");
    return new Float32Array(buffer, start(slot), slotFloats);
  };
  const view = (name: string, slot: Slot) => {
    const place = places.get(name);
    if (!place) throw unknown("parameter", name, [...places.keys()]);
    return viewAll(slot).subarray(place.offset, place.offset + place.length);
  };
  /** to = a to + b from */
  const mix = (to: Slot, from: Slot, a: number, b: number) =>
    kernel.axpby(viewAll(to).byteOffset, viewAll(from).byteOffset, a, b, slotFloats);
  return {
    entries,
    slots,
    parameters,
    view,
    viewAll,
    read: async (name, slot) => view(name, slot).slice(),
    readAll: (slot) => viewAll(slot).slice(),
    async write(name, slot, values) {
      const target = view(name, slot);
      if (values.length !== target.length) {
        const shape = entries.find((entry) => entry.name === name)?.shape.join(", ");
        throw misfit(`parameter "${name}" [${shape}]`, values.length, target.length);
      }
      target.set(values);
    },
    writeAll(slot, values) {
      if (values.length !== slotFloats) throw misfit(`the slot "${slot}"`, values.length, slotFloats);
      viewAll(slot).set(values);
    },
    isFinite: (slot) => kernel.allFinite(viewAll(slot).byteOffset, slotFloats) === 1,
    gradientNorm: async () => Math.sqrt(kernel.sumOfSquares(viewAll("gradient").byteOffset, slotFloats)),
    async update(rule: UpdateRule, only) {
      const [p, g, m, v] = SLOTS.map((slot) => viewAll(slot).byteOffset);
      const factors = adamFactors(rule);
      if (!only) return kernel.adam(p, g, m, v, slotFloats, ...factors);
      for (const name of only) {
        const { offset, length } = places.get(name)!;
        const at = offset * FLOAT_BYTES;
        const padded = Math.ceil(length / PADDED_FLOATS) * PADDED_FLOATS;
        kernel.adam(p + at, g + at, m + at, v + at, padded, ...factors);
      }
    },
    moveAverage: async (decay) => mix("average", "value", decay, 1 - decay),
    async addGradient(weight, first) {
      if (first) viewAll("sum").fill(0); // what was there may not be finite
      mix("sum", "gradient", 1, weight);
    },
    async takeGradient(scale) {
      viewAll("gradient").fill(0);
      mix("gradient", "sum", 1, scale);
    },
    dispose() {
      disposed = true;
    },
  };
}

/** Zeroed memory, with a kernel that works on it. */
function allocate(
  bytes: number,
  parameters: number,
  form = hasWasmKernel() ? "wasm" : "plain",
): { buffer: ArrayBuffer; kernel: UpdateKernel } {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  if (form === "plain") {
    const buffer = orTooLarge(bytes, parameters, () => new ArrayBuffer(bytes));
    return { buffer, kernel: plainKernel(buffer) };
  }
  const memory = orTooLarge(bytes, parameters, () => new WebAssembly.Memory({ initial: pages, maximum: pages }));
  return { buffer: memory.buffer as ArrayBuffer, kernel: wasmKernel(memory) };
}

function orTooLarge<T>(bytes: number, parameters: number, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    const size = `${parameters.toLocaleString("en")} parameters with their gradients and moments`;
    throw new VaekitError(
      "E_OPTION",
      `cannot allocate ${Math.ceil(bytes / 1e6).toLocaleString("en")} MB for ${size}`,
      SMALLER_NET,
      { cause },
    );
  }
}
