/** The products of a program (of matrices, and convolutions in blocks), run alone: what no lowering of the rest can go below. */

import { lowerProgram } from "../../src/graph/lower.js";
import type { ScanAttributes } from "../../src/graph/ops/scan-body.js";
import { concat, input, type Tensor } from "../../src/graph/ops.js";
import { program } from "../../src/graph/program.js";
import { apply, bindShape, type Node, sizeOf } from "../../src/graph/tensor.js";
import { topological } from "../../src/graph/walk.js";
import { Philox } from "../../src/random.js";
import type { Engine, Feeds } from "../../src/runtime/engine.js";
import type { Contender } from "../harness/alternate.js";
import { type OurStep, timed } from "./step.js";

const PRODUCTS = new Set(["matmul", "blockedConvolution"]);
const NOISE_FLOATS = 65_536;

export interface Product {
  readonly node: Node;
  /** Of its inputs. */
  readonly shapes: readonly (readonly number[])[];
  /** Times in one run: more than once inside a scan. */
  readonly count: number;
}

/** The products of the lowered program, those of loops' bodies too. */
export function productsOf({ program, dims }: OurStep, { target }: Engine): Product[] {
  const found: Product[] = [];
  function collect(outputs: readonly Tensor[], count: number): void {
    for (const node of topological(outputs)) {
      if (PRODUCTS.has(node.op.name)) {
        const shapes = node.inputs.map(({ shape }) => bindShape(shape, dims));
        found.push({ node, shapes, count });
      }
      node.op.rewriteBody?.(node.attributes as never, (body) => {
        collect(body, count * stepsOf(node, dims));
        return [...body];
      });
    }
  }
  collect(lowerProgram(program, target).outputs, 1);
  return found;
}

/** Steps of a scan: its first sequence comes after the states. */
function stepsOf({ inputs, attributes }: Node, dims: OurStep["dims"]): number {
  return sizeOf(inputs[(attributes as ScanAttributes).body.states.length]!.shape[0]!, dims);
}

/** "3 x matmul [128, 784] [784, 400]'", as kept beside a result. */
export function describeProduct({ node: { op, attributes }, shapes, count }: Product): string {
  const { transposeA, transposeB } = attributes as { transposeA?: boolean; transposeB?: boolean };
  const operands = shapes.map((shape, i) => `[${shape.join(", ")}]${[transposeA, transposeB][i] ? "'" : ""}`);
  return `${count} x ${op.name} ${operands.join(" ")}`;
}

/**
 * All products as one program. Of each only one element is kept, and each has an input of its own, the smaller one, so
 * that none is left out as equal to another.
 */
export async function productsAlone(engine: Engine, products: readonly Product[]): Promise<Contender> {
  const noise = new Philox(0).normals(new Float32Array(NOISE_FLOATS));
  const feeds: Record<string, Feeds[string]> = {};
  function operand(name: string, shape: readonly number[]): Tensor {
    const values = new Float32Array(elementsOf(shape));
    for (let at = 0; at < values.length; at += noise.length) values.set(noise.subarray(0, values.length - at), at);
    feeds[name] = values;
    return input(name, shape);
  }
  const elements = products.flatMap(({ node, shapes, count }, which) => {
    const own = elementsOf(shapes[0]!) < elementsOf(shapes[1]!) ? 0 : 1;
    const shared = operand(`${which}`, shapes[1 - own]!);
    return Array.from({ length: count }, (_, i) => {
      const inputs = [shared, shared];
      inputs[own] = operand(`${which}.${i}`, shapes[own]!);
      return apply(node.op, inputs, node.attributes)[0]!.reshape([-1]).slice(0, 0, 1);
    });
  });
  const bank = engine.bank([]);
  const executable = await engine.compile(program("products", { kept: concat(elements, 0).sum() }), bank);
  return timed(
    () => executable.run(feeds),
    () => executable.dispose(),
  );
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}
