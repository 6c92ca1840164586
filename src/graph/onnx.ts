/** Writes a graph as an ONNX model: one node per op by its lowering rule. Field numbers follow onnx.proto. */

import { VaekitError } from "../errors.js";
import type { OnnxAttribute, OnnxAttributes, OnnxGraph, OnnxScope } from "./op.js";
import type { InputAttributes } from "./ops/source.js";
import { ProtobufWriter } from "./protobuf.js";
import type { Dtype, Shape, Tensor } from "./tensor.js";
import { topological } from "./walk.js";

/** The oldest versions that hold all ops that are written: onnxruntime 1.14 reads them. */
const OPSET = 18;
const IR_VERSION = 8;
const FLOAT = 1;
const INT32 = 6;
const INT64 = 7;
const UINT8 = 2;
const BOOL = 9;
const ELEMENT_TYPE: Record<Dtype, number> = { float32: FLOAT, uint8: UINT8, int32: INT32, bool: BOOL };

export interface OnnxModelOptions {
  readonly name: string;
  /** Shown by tools as what made the file. */
  readonly producer?: string;
  readonly documentation?: string;
  /** Facts by name for programs that use the file; ONNX Runtime calls them custom metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Values that are weights: written as initializers instead of inputs. */
  readonly weights?: ReadonlyMap<Tensor, Float32Array>;
}

/** The bytes of an ONNX model with these named inputs and outputs. */
export function toOnnx(
  inputs: Readonly<Record<string, Tensor>>,
  outputs: Readonly<Record<string, Tensor>>,
  options: OnnxModelOptions,
): Uint8Array {
  const weights = options.weights ?? new Map<Tensor, Float32Array>();
  const scope = new Scope(new Names());
  for (const [name, tensor] of Object.entries(inputs)) scope.declare(tensor, scope.names.fresh(name));
  for (const [tensor, values] of weights)
    scope.bindWeight(tensor, (tensor.node.attributes as InputAttributes).name, values);
  const graph = scope.build(options.name, Object.values(inputs), outputs);
  const model = new ProtobufWriter()
    .varint(1, IR_VERSION)
    .text(2, options.producer ?? "vaekit")
    .text(6, options.documentation ?? "")
    .data(7, graph)
    .message(8, (opset) => opset.text(1, "").varint(2, OPSET));
  for (const domain of scope.domains) model.message(8, (opset) => opset.text(1, domain).varint(2, 1));
  for (const [key, value] of Object.entries(options.metadata ?? {}))
    model.message(14, (entry) => entry.text(1, key).text(2, value));
  return model.finish();
}

/** Names of values, each given once in a model. */
class Names {
  private readonly taken = new Set<string>();
  private count = 0;
  fresh(wish?: string): string {
    let name = wish ?? `v${this.count++}`;
    while (this.taken.has(name)) name = `${wish ?? "v"}_${this.count++}`;
    this.taken.add(name);
    return name;
  }
}

class Scope implements OnnxScope {
  private readonly values = new Map<Tensor, string>();
  private readonly nodeBytes: Uint8Array[] = [];
  private readonly initializers: Uint8Array[] = [];
  private readonly constants = new Map<string, string>();
  private readonly dimensions = new Map<string, string>();
  private readonly placeholders: Tensor[] = [];
  /** Domains of ops that are not ONNX's own. */
  readonly domains: Set<string>;

  constructor(
    readonly names: Names,
    private readonly outer?: Scope,
  ) {
    this.domains = outer?.domains ?? new Set();
  }

  declare(tensor: Tensor, name: string): void {
    this.values.set(tensor, name);
    this.placeholders.push(tensor);
  }

  bindWeight(tensor: Tensor, name: string, values: Float32Array): void {
    const unique = this.names.fresh(name);
    this.values.set(tensor, unique);
    this.initializers.push(tensorProto(unique, FLOAT, tensor.shape as number[], bytesOf(values)));
  }

  node(type: string, inputs: readonly string[], attributes: OnnxAttributes = {}): string {
    return this.nodes(type, inputs, [true], attributes)[0];
  }

  nodes(type: string, inputs: readonly string[], used: readonly boolean[], attributes: OnnxAttributes = {}): string[] {
    const outputs = used.map((needed) => (needed ? this.names.fresh() : ""));
    const writer = new ProtobufWriter();
    for (const name of inputs) writer.text(1, name);
    for (const name of outputs) writer.text(2, name);
    const [operator, domain] = type.split("/").reverse();
    writer.text(3, outputs.find((name) => name !== "") ?? "").text(4, operator);
    if (domain) this.domains.add(domain);
    for (const [name, value] of Object.entries(attributes)) writer.data(5, attributeProto(name, value));
    if (domain) writer.text(7, domain);
    this.nodeBytes.push(writer.finish());
    return outputs;
  }

  floats(values: ArrayLike<number>, shape: readonly number[] = [values.length]): string {
    return this.initializer(FLOAT, shape, bytesOf(Float32Array.from(values)));
  }
  ints(values: ArrayLike<number>, shape: readonly number[] = [values.length]): string {
    return this.initializer(INT32, shape, bytesOf(Int32Array.from(values)));
  }
  longs(values: ArrayLike<number>, shape: readonly number[] = [values.length]): string {
    return this.initializer(INT64, shape, bytesOf(BigInt64Array.from(Array.from(values, BigInt))));
  }

  shape(shape: Shape): string {
    if (shape.every((dim) => typeof dim === "number")) return this.longs(shape as number[]);
    return this.node(
      "Concat",
      shape.map((dim) => (typeof dim === "number" ? this.longs([dim]) : this.dimension(dim))),
      { axis: 0 },
    );
  }

  subgraph(inputs: readonly Tensor[], outputs: readonly Tensor[], captured: ReadonlyMap<Tensor, string>): OnnxGraph {
    const inner = new Scope(this.names, this);
    for (const tensor of inputs) inner.declare(tensor, this.names.fresh());
    for (const [tensor, name] of captured) inner.values.set(tensor, name);
    const named = Object.fromEntries(outputs.map((tensor) => [this.names.fresh(), tensor]));
    return { graph: inner.build("body", inputs, named) };
  }

  /** GraphProto: lowers what the outputs need. */
  build(name: string, inputs: readonly Tensor[], outputs: Readonly<Record<string, Tensor>>): Uint8Array {
    this.lower(Object.values(outputs));
    for (const [output, tensor] of Object.entries(outputs)) this.output(output, this.values.get(tensor)!);
    const graph = new ProtobufWriter();
    for (const node of this.nodeBytes) graph.data(1, node);
    graph.text(2, name);
    for (const value of this.initializers) graph.data(5, value);
    for (const tensor of inputs) graph.data(11, valueInfo(this.values.get(tensor)!, tensor));
    for (const [output, tensor] of Object.entries(outputs)) graph.data(12, valueInfo(output, tensor));
    return graph.finish();
  }

  private output(name: string, value: string): void {
    const writer = new ProtobufWriter().text(1, value).text(2, name).text(3, name).text(4, "Identity");
    this.nodeBytes.push(writer.finish());
  }

  private lower(outputs: readonly Tensor[]): void {
    const order = topological(outputs);
    const needed = new Set<Tensor>(outputs);
    for (const node of order) for (const input of node.inputs) needed.add(input);
    for (const node of order) {
      if (node.outputs.every((output) => this.values.has(output))) continue;
      const { lower, name } = node.op;
      if (lower === "none") {
        const what =
          name === "input"
            ? `input "${(node.attributes as InputAttributes).name}" is used but not declared`
            : `op "${name}" was not decomposed`;
        throw new VaekitError("E_SHAPE", `cannot write ONNX: ${what}`);
      }
      const names = lower(
        node.inputs.map((input) => this.values.get(input)!),
        node.attributes as never,
        this,
        {
          inputs: node.inputs,
          outputs: node.outputs,
          used: node.outputs.map((output) => needed.has(output)),
          tensors: node.inputs,
        },
      );
      for (const [i, output] of node.outputs.entries()) this.values.set(output, names[i]);
    }
  }

  private initializer(type: number, shape: readonly number[], bytes: Uint8Array): string {
    const key = bytes.length <= 64 ? `${type}:${shape.join()}:${bytes.join()}` : null;
    const known = key && this.constants.get(key);
    if (known) return known;
    const name = this.names.fresh();
    this.initializers.push(tensorProto(name, type, shape, bytes));
    if (key) this.constants.set(key, name);
    return name;
  }

  /** A one-element int64 vector with the run-time size of a named dimension, or of a product of them. */
  private dimension(dim: string): string {
    const known = this.dimensions.get(dim);
    if (known) return known;
    const parts = dim
      .split("*")
      .map((part) => (Number.isNaN(Number(part)) ? this.namedDimension(part) : this.longs([Number(part)])));
    const name = parts.reduce((a, b) => this.node("Mul", [a, b]));
    this.dimensions.set(dim, name);
    return name;
  }

  private namedDimension(name: string): string {
    for (const tensor of this.placeholders) {
      const axis = tensor.shape.indexOf(name);
      if (axis >= 0)
        return this.node("Gather", [this.node("Shape", [this.values.get(tensor)!]), this.longs([axis])], { axis: 0 });
    }
    if (this.outer) return this.outer.namedDimension(name);
    throw new VaekitError("E_SHAPE", `cannot write ONNX: no input has the dimension "${name}"`);
  }
}

function bytesOf(values: Float32Array | Int32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function tensorProto(name: string, type: number, shape: readonly number[], bytes: Uint8Array): Uint8Array {
  const writer = new ProtobufWriter();
  for (const dim of shape) writer.varint(1, dim);
  return writer.varint(2, type).text(8, name).data(9, bytes).finish();
}

function attributeProto(name: string, value: OnnxAttribute): Uint8Array {
  const writer = new ProtobufWriter().text(1, name);
  if (typeof value === "number") return writer.varint(3, value).varint(20, 2).finish();
  if (typeof value === "string") return writer.text(4, value).varint(20, 3).finish();
  if (Array.isArray(value)) {
    for (const item of value) writer.varint(8, item);
    return writer.varint(20, 7).finish();
  }
  if ("graph" in value) return writer.data(6, value.graph).varint(20, 5).finish();
  if ("float" in value) return writer.float(2, value.float).varint(20, 1).finish();
  for (const item of (value as { floats: readonly number[] }).floats) writer.float(7, item);
  return writer.varint(20, 6).finish();
}

function valueInfo(name: string, { dtype, shape }: Tensor): Uint8Array {
  return new ProtobufWriter()
    .text(1, name)
    .message(2, (type) =>
      type.message(1, (tensor) =>
        tensor.varint(1, ELEMENT_TYPE[dtype]).message(2, (dims) => {
          for (const dim of shape)
            dims.message(1, (d) => (typeof dim === "number" ? d.varint(1, dim) : d.text(2, dim)));
        }),
      ),
    )
    .finish();
}
