/** The list of op families. Every function here is also a method of Tensor: `add(a, b)` is `a.add(b)`. */

import * as activation from "./ops/activation.js";
import * as compare from "./ops/compare.js";
import * as conv from "./ops/conv.js";
import * as elementwise from "./ops/elementwise.js";
import * as index from "./ops/index.js";
import * as linear from "./ops/linear.js";
import * as loss from "./ops/loss.js";
import * as norm from "./ops/norm.js";
import * as reduce from "./ops/reduce.js";
import * as resample from "./ops/resample.js";
import * as shape from "./ops/shape.js";
import * as source from "./ops/source.js";
import * as split from "./ops/split.js";
import { Tensor } from "./tensor.js";

/** The family's functions with their first argument taken as `this`. (No test that it is a Tensor: that would be circular.) */
type MethodsOf<Family> = {
  [Name in keyof Family]: Family[Name] extends (x: infer _Self, ...rest: infer Rest) => infer Result
    ? (...rest: Rest) => Result
    : never;
};

type ShapeOps = Omit<typeof shape, "concat" | "stack" | "padAxes">;
type ElementwiseOps = Omit<typeof elementwise, "unbroadcast" | "erfReference">;
type IndexOps = Omit<typeof index, "iota">;

declare module "./tensor.js" {
  interface Tensor
    extends MethodsOf<typeof activation>,
      MethodsOf<typeof compare>,
      MethodsOf<typeof conv>,
      MethodsOf<ElementwiseOps>,
      MethodsOf<IndexOps>,
      MethodsOf<typeof linear>,
      MethodsOf<typeof loss>,
      MethodsOf<typeof norm>,
      MethodsOf<typeof reduce>,
      MethodsOf<typeof resample>,
      MethodsOf<ShapeOps>,
      MethodsOf<typeof split>,
      MethodsOf<Pick<typeof source, "stop">> {}
}

const { concat: _concat, stack: _stack, padAxes: _padAxes, ...onOne } = shape;
const { unbroadcast: _unbroadcast, erfReference: _erfReference, ...onElements } = elementwise;
const { iota: _iota, ...onIndices } = index;
const families = [
  activation,
  compare,
  conv,
  onElements,
  onIndices,
  linear,
  loss,
  norm,
  reduce,
  resample,
  onOne,
  split,
  { stop: source.stop },
];
for (const family of families) {
  for (const [name, apply] of Object.entries(family) as [string, (...args: unknown[]) => unknown][]) {
    Object.defineProperty(Tensor.prototype, name, {
      value(this: Tensor, ...rest: unknown[]) {
        return apply(this, ...rest);
      },
    });
  }
}

export * from "./ops/activation.js";
export * from "./ops/compare.js";
export * from "./ops/conv.js";
export * from "./ops/elementwise.js";
export * from "./ops/index.js";
export * from "./ops/linear.js";
export * from "./ops/loss.js";
export * from "./ops/norm.js";
export * from "./ops/reduce.js";
export * from "./ops/resample.js";
export { type ScanResult, scan } from "./ops/scan.js";
export * from "./ops/shape.js";
export { constant, input, lift, stop } from "./ops/source.js";
export * from "./ops/split.js";
export { Tensor };
