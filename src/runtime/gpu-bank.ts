/** The bank of the WebGPU engine: each slot is one buffer on the graphics card, changed there by programs of our own ops. */

import type { Tensor } from "onnxruntime-web";
import { VaekitError } from "../errors.js";
import { misfit, SMALLER_NET } from "./bank-errors.js";
import { type Bank, type BankEntry, type ExtraSlot, SLOTS, type Slot } from "./engine.js";
import type { GpuContext } from "./gpu-executable.js";
import { type SlotLayout, type SlotPrograms, slotFactors, slotLayout, slotPrograms } from "./slot-programs.js";

/**
 * Buffers of a slot are never read and written by one program: what is written goes into a spare buffer, which then takes
 * the slot's place.
 */
export interface GpuBank extends Bank {
  readonly layout: SlotLayout;
  /** What a slot holds now, for one run. */
  tensor(slot: Slot): Tensor;
  /** Gives `run` a tensor to write for each of `slots`; once it is done, that is what they hold. */
  writing<Result>(slots: readonly Slot[], run: (tensors: Tensor[]) => Promise<Result>): Promise<Result>;
  /** Tells that the run before wrote the gradients, and their norm. */
  gradientsWritten(norm: number): void;
}

const FLOAT_BYTES = 4;
// As the WebGPU specification numbers them: GPUBufferUsage, GPUMapMode.
const [MAP_READ, COPY_SRC, COPY_DST, STORAGE] = [0x01, 0x04, 0x08, 0x80];
const READ = 0x01;
const DISPOSED = "internal: this bank was disposed of";

/** A bank of zeros. E_OPTION where a slot is larger than what this card binds at once. */
export function gpuBank(context: GpuContext, entries: readonly BankEntry[], extra: readonly ExtraSlot[] = []): GpuBank {
  const { ort, device } = context;
  const slots: readonly Slot[] = [...SLOTS, ...extra];
  const layout = slotLayout(entries);
  const bytes = layout.length * FLOAT_BYTES;
  checkSize(bytes, layout, device.limits);
  const programs = slotPrograms(layout);
  const sessions = new Map<keyof SlotPrograms, ReturnType<GpuContext["open"]>>();
  const made: GPUBuffer[] = [];
  const spare: GPUBuffer[] = [];
  const contents = new Map<Slot, GPUBuffer>();
  let knownNorm: number | null = null;
  let disposed = false;

  const take = (): GPUBuffer => {
    const found = spare.pop();
    if (found) return found;
    const usage = STORAGE | COPY_SRC | COPY_DST;
    const buffer = device.createBuffer({ size: bytes, usage });
    made.push(buffer);
    return buffer;
  };
  const buffer = (slot: Slot): GPUBuffer => {
    if (disposed) throw new Error(DISPOSED);
    if (!slots.includes(slot)) throw new Error(`internal: this bank has no slot "${slot}"`);
    let found = contents.get(slot);
    if (!found) {
      found = take();
      const clear = device.createCommandEncoder();
      clear.clearBuffer(found);
      device.queue.submit([clear.finish()]);
      contents.set(slot, found);
    }
    return found;
  };
  const wrap = (content: GPUBuffer): Tensor =>
    ort.Tensor.fromGpuBuffer(content, { dataType: "float32", dims: [layout.length] });
  const tensor = (slot: Slot): Tensor => wrap(buffer(slot));
  const put = (slot: Slot, content: GPUBuffer): GPUBuffer => {
    const before = buffer(slot);
    contents.set(slot, content);
    if (slot === "gradient") knownNorm = null;
    return before;
  };
  async function writing<Result>(to: readonly Slot[], run: (tensors: Tensor[]) => Promise<Result>): Promise<Result> {
    let free = to.map(take);
    try {
      const result = await run(free.map(wrap));
      free = to.map((slot, i) => put(slot, free[i]));
      return result;
    } finally {
      spare.push(...free);
    }
  }
  const place = (name: string) => {
    const { start, end } = layout.place(name);
    return { offset: start * FLOAT_BYTES, length: end - start };
  };

  /** Runs a program; `written` says which slot each of its outputs becomes. */
  async function apply(
    key: keyof SlotPrograms,
    read: Readonly<Record<string, Slot>>,
    factors: Float32Array | null,
    written: Readonly<Record<string, Slot>>,
  ): Promise<Record<string, Tensor>> {
    let opened = sessions.get(key);
    if (!opened) {
      opened = context.open(programs[key], Object.keys(written));
      sessions.set(key, opened);
    }
    const { session } = await opened;
    const feeds: Record<string, Tensor> = {};
    for (const [name, slot] of Object.entries(read)) feeds[name] = tensor(slot);
    if (factors) feeds.factors = new ort.Tensor("float32", factors, [factors.length]);
    const outputs = Object.keys(written);
    return writing(Object.values(written), (tensors) => {
      const fetches: Record<string, Tensor | null> = {};
      for (const name of Object.keys(programs[key].outputs)) fetches[name] = tensors[outputs.indexOf(name)] ?? null;
      return context.run(session, feeds, fetches);
    });
  }
  const isEmpty = layout.length === 0;

  return {
    entries,
    slots,
    layout,
    tensor,
    writing,
    gradientsWritten(norm) {
      knownNorm = norm;
    },
    async read(name, slot) {
      const { offset, length } = place(name);
      const size = length * FLOAT_BYTES;
      const copy = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer(slot), offset, copy, 0, size);
      device.queue.submit([encoder.finish()]);
      await copy.mapAsync(READ);
      const values = new Float32Array(copy.getMappedRange().slice(0));
      copy.destroy();
      return values;
    },
    async write(name, slot, values) {
      const { offset, length } = place(name);
      if (values.length !== length) {
        const shape = entries.find((entry) => entry.name === name)?.shape.join(", ");
        throw misfit(`parameter "${name}" [${shape}]`, values.length, length);
      }
      device.queue.writeBuffer(buffer(slot), offset, Float32Array.from(values));
      if (slot === "gradient") knownNorm = null;
    },
    async gradientNorm() {
      if (disposed) throw new Error(DISPOSED);
      if (isEmpty) return 0;
      knownNorm ??= ((await apply("norm", { x: "gradient" }, null, {})).norm.data as Float32Array)[0];
      return knownNorm;
    },
    async update(rule, only) {
      if (only)
        throw new VaekitError(
          "E_OPTION",
          "on a graphics card all parameters are updated at once: no encoder can be ahead",
          "Leave lagging out, or train on the cpu.",
        );
      if (isEmpty) return;
      const read = { value: "value", gradient: "gradient", m: "m", v: "v" } as const;
      await apply("adam", read, slotFactors(rule), { nextValue: "value", nextM: "m", nextV: "v" });
    },
    async moveAverage(decay) {
      if (isEmpty) return;
      await apply("mix", { x: "average", y: "value" }, Float32Array.of(decay, 1 - decay), { mixed: "average" });
    },
    async addGradient(weight, first) {
      if (isEmpty) return;
      // The first time what was there may not be finite.
      if (first) await apply("scale", { x: "gradient" }, Float32Array.of(weight), { scaled: "sum" });
      else await apply("mix", { x: "sum", y: "gradient" }, Float32Array.of(1, weight), { mixed: "sum" });
    },
    async takeGradient(scale) {
      if (isEmpty) return;
      await apply("scale", { x: "sum" }, Float32Array.of(scale), { scaled: "gradient" });
    },
    dispose() {
      disposed = true;
      for (const opened of sessions.values()) void opened.then(({ session }) => context.release(session));
      sessions.clear();
      for (const content of made) content.destroy();
    },
  };
}

function checkSize(bytes: number, { parameters }: SlotLayout, limits: GPUSupportedLimits): void {
  const most = largestBuffer(limits);
  if (bytes <= most) return;
  const megabytes = (size: number): string => `${Math.ceil(size / 1e6).toLocaleString("en")} MB`;
  throw new VaekitError(
    "E_OPTION",
    `${parameters.toLocaleString("en")} parameters are ${megabytes(bytes)}, and this graphics card binds at most ${megabytes(most)} at once`,
    SMALLER_NET,
  );
}

/** Bytes of the largest array that programs may read and write. */
export function largestBuffer({ maxStorageBufferBindingSize, maxBufferSize }: GPUSupportedLimits): number {
  return Math.min(maxStorageBufferBindingSize, maxBufferSize);
}
