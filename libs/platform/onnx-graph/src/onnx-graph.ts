/**
 * Writes a neural network as an ONNX model in memory, so that weights which come in another format run on ONNX Runtime. The
 * messages and field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, encoded as protocol buffers
 * (https://protobuf.dev/programming-guides/encoding/). Only what the networks and products here need.
 */
export class OnnxGraph {
  private readonly nodes: Buffer[] = [];
  private readonly initializers: Buffer[] = [];
  private readonly inputs: Buffer[] = [];
  private readonly outputs: Buffer[] = [];
  private names = 0;

  constructor(private readonly name: string) {}

  /** Sizes that are known when the model runs go by a name. */
  input(name: string, shape: Shape): string {
    this.inputs.push(valueInfo(name, shape));
    return name;
  }

  /** Names a value as a result of the model. */
  output(value: string, name: string, shape: Shape): void {
    this.nodes.push(node('Identity', [value], name, []));
    this.outputs.push(valueInfo(name, shape));
  }

  floats(values: Float32Array, shape: readonly number[]): string {
    return this.initializer(DATA_FLOAT, Buffer.from(values.buffer, values.byteOffset, values.byteLength), shape);
  }

  integers(values: readonly number[]): string {
    const bytes = Buffer.alloc(8 * values.length);
    values.forEach((value, i) => bytes.writeBigInt64LE(BigInt(value), 8 * i));
    return this.initializer(DATA_INT64, bytes, [values.length]);
  }

  /** Adds an operator of opset 13 and returns the name of its result. */
  add(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    const result = this.unique(operator);
    const encoded = Object.entries(attributes).map(([name, value]) => attribute(name, value));
    this.nodes.push(node(operator, inputs, result, encoded));
    return result;
  }

  toModel(): Uint8Array {
    const graph = Buffer.concat([
      ...this.nodes.map((one) => field(1, one)),
      text(2, this.name),
      ...this.initializers.map((one) => field(5, one)),
      ...this.inputs.map((one) => field(11, one)),
      ...this.outputs.map((one) => field(12, one)),
    ]);
    const opset = Buffer.concat([text(1, ''), integer(2, OPSET)]);
    return Buffer.concat([integer(1, IR_VERSION), field(8, opset), field(7, graph)]);
  }

  private initializer(type: number, raw: Buffer, shape: readonly number[]): string {
    const name = this.unique('weights');
    const dims = shape.map((size) => integer(1, size));
    this.initializers.push(Buffer.concat([...dims, integer(2, type), text(8, name), field(9, raw)]));
    return name;
  }

  private unique(prefix: string): string {
    this.names += 1;
    return `${prefix}_${this.names}`;
  }
}

type Shape = readonly (number | string)[];
export type OnnxAttribute = number | string | readonly number[];

const IR_VERSION = 8;
const OPSET = 13;
const DATA_FLOAT = 1;
const DATA_INT64 = 7;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_INTS = 7;

function node(operator: string, inputs: readonly string[], output: string, attributes: readonly Buffer[]): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, operator),
    ...attributes.map((one) => field(5, one)),
  ]);
}

function attribute(name: string, value: OnnxAttribute): Buffer {
  if (typeof value === 'number') return Buffer.concat([text(1, name), integer(3, value), integer(20, ATTRIBUTE_INT)]);
  if (typeof value === 'string') return Buffer.concat([text(1, name), text(4, value), integer(20, ATTRIBUTE_STRING)]);
  return Buffer.concat([text(1, name), ...value.map((one) => integer(8, one)), integer(20, ATTRIBUTE_INTS)]);
}

function valueInfo(name: string, shape: Shape): Buffer {
  const dims = Buffer.concat(shape.map((size) => field(1, typeof size === 'number' ? integer(1, size) : text(2, size))));
  const tensor = Buffer.concat([integer(1, DATA_FLOAT), field(2, dims)]);
  return Buffer.concat([text(1, name), field(2, field(1, tensor))]);
}

function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
}

function text(number: number, value: string): Buffer {
  return field(number, Buffer.from(value));
}

/** Non-negative whole numbers below 2^31 are all that is written here. */
function integer(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
