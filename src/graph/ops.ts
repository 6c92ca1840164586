/** The list of op families. Every function here is also a method of Tensor: `add(a, b)` is `a.add(b)`. */

import * as compare from "./ops/compare.js";
import * as elementwise from "./ops/elementwise.js";
import * as linear from "./ops/linear.js";
import * as reduce from "./ops/reduce.js";
import * as shape from "./ops/shape.js";
import * as source from "./ops/source.js";
import { Tensor } from "./tensor.js";

/** The family's functions with their first argument taken as `this`. (No test that it is a Tensor: that would be circular.) */
type MethodsOf<Family> = {
  [Name in keyof Family]: Family[Name] extends (x: infer _Self, ...rest: infer Rest) => infer Result
    ? (...rest: Rest) => Result
    : never;
};

type ShapeOps = Omit<typeof shape, "concat" | "stack">;
type ElementwiseOps = Omit<typeof elementwise, "unbroadcast">;

declare module "./tensor.js" {
  interface Tensor
    extends MethodsOf<typeof compare>,
      MethodsOf<ElementwiseOps>,
      MethodsOf<typeof linear>,
      MethodsOf<typeof reduce>,
      MethodsOf<ShapeOps>,
      MethodsOf<Pick<typeof source, "stop">> {}
}

const { concat: _concat, stack: _stack, ...onOne } = shape;
const { unbroadcast: _unbroadcast, ...onElements } = elementwise;
for (const family of [compare, onElements, linear, reduce, onOne, { stop: source.stop }]) {
  for (const [name, apply] of Object.entries(family) as [string, (...args: unknown[]) => unknown][]) {
    Object.defineProperty(Tensor.prototype, name, {
      value(this: Tensor, ...rest: unknown[]) {
        return apply(this, ...rest);
      },
    });
  }
}

export * from "./ops/compare.js";
export * from "./ops/elementwise.js";
export * from "./ops/linear.js";
export * from "./ops/reduce.js";
export * from "./ops/shape.js";
export { constant, input, lift, stop } from "./ops/source.js";
export { Tensor };
