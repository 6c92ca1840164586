/** The products of a program (of matrices, and convolutions in blocks), run alone: what no lowering of the rest can go below. */

import { lowerProgram } from "../../src/graph/lower.js";
import type { ScanAttributes } from "../../src/graph/ops/scan-body.js";
import { concat, input, type Tensor } from "../../src/graph/ops.js";
import { program } from "../../src/graph/program.js";
import { apply, type Node, sizeOf } from "../../src/graph/tensor.js";
import { topological } from "../../src/graph/walk.js";
import { Philox } from "../../src/random.js";
import type { Engine, Feeds } from "../../src/runtime/engine.js";
import type { Contender } from "../harness/alternate.js";
import { type OurStep, timed } from "./step.js";

const PRODUCTS = new Set(["matmul", "blockedConvolution"]);
const NOISE_FLOATS = 65_536;

export interface Product {
  readonly node: Node;
  /** Times in one run: more than once inside a scan. */
  readonly count: number;
}

/** The products of the lowered program, those of loops' bodies too. */
export function productsOf(step: OurStep["program"], { target }: Engine): Product[] {
  const found: Product[] = [];
  function collect(outputs: readonly Tensor[], count: number): void {
    for (const node of topological(outputs)) {
      if (PRODUCTS.has(node.op.name)) found.push({ node, count });
      node.op.rewriteBody?.(node.attributes as never, (body) => {
        collect(body, count * stepsOf(node));
        return [...body];
      });
    }
  }
  collect(lowerProgram(step, target).outputs, 1);
  return found;
}

/** Steps of a scan: its first sequence comes after the states. */
function stepsOf({ inputs, attributes }: Node): number {
  return sizeOf(inputs[(attributes as ScanAttributes).body.states.length]!.shape[0]!, {});
}

/** "3 x matmul [128, 784] [784, 400]'", as kept beside a result. */
export function describeProduct({ node: { op, inputs, attributes }, count }: Product): string {
  const { transposeA, transposeB } = attributes as { transposeA?: boolean; transposeB?: boolean };
  const shapes = inputs.map(({ shape }, i) => `[${shape.join(", ")}]${[transposeA, transposeB][i] ? "'" : ""}`);
  return `${count} x ${op.name} ${shapes.join(" ")}`;
}

/**
 * All products as one program. Of each only one element is kept, and each has an input of its own, the smaller one, so
 * that none is left out as equal to another.
 */
export async function productsAlone(engine: Engine, products: readonly Product[]): Promise<Contender> {
  const noise = new Philox(0).normals(new Float32Array(NOISE_FLOATS));
  const feeds: Record<string, Feeds[string]> = {};
  function operand(name: string, { shape }: Tensor): Tensor {
    const values = new Float32Array(shape.reduce<number>((size, dim) => size * sizeOf(dim, {}), 1));
    for (let at = 0; at < values.length; at += noise.length) values.set(noise.subarray(0, values.length - at), at);
    feeds[name] = values;
    return input(name, shape);
  }
  const elements = products.flatMap(({ node, count }, which) => {
    const [a, b] = node.inputs as [Tensor, Tensor];
    const own = elementsOf(a) < elementsOf(b) ? 0 : 1;
    const shared = operand(`${which}`, node.inputs[1 - own]!);
    return Array.from({ length: count }, (_, i) => {
      const inputs = [shared, shared];
      inputs[own] = operand(`${which}.${i}`, node.inputs[own]!);
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

function elementsOf({ shape }: Tensor): number {
  return shape.reduce<number>((size, dim) => size * sizeOf(dim, {}), 1);
}
