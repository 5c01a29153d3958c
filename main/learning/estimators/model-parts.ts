/** Collects the nodes of an ONNX graph for estimators: standard operators and those of ai.onnx.ml. */
import { encodeModel, type OnnxAttribute, type OnnxNode, type OnnxTensor } from '../../formats/onnx/index.ts';

const standardOpset = 18;
const classicalOpset = 3;
/** The file version that knows these operator sets. */
const irVersion = 8;
const classicalDomain = 'ai.onnx.ml';

export type FloatType = 'float32' | 'float64';

export interface PartsValue {
  readonly name: string;
  readonly type: FloatType;
  /** Per item, without the batch axis. */
  readonly shape: readonly number[];
}

export class ModelParts {
  private readonly nodes: OnnxNode[] = [];
  private readonly initializers: OnnxTensor[] = [];
  private count = 0;

  /** A standard operator with one output. Whole numbers become `int` attributes, lists `ints`. */
  apply(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, number | string | readonly number[]>> = {},
  ): string {
    return this.add(operator, '', inputs, Object.fromEntries(Object.entries(attributes).map(encoded)));
  }

  /** The largest values of each row, falling, and their places, [rows, count] each. */
  top(value: string, count: number): { readonly values: string; readonly places: string } {
    const places = `v${this.count++}`;
    const values = `v${this.count++}`;
    const inputs = [value, this.integers([count])];
    const attributes: Record<string, OnnxAttribute> = { axis: { kind: 'int', value: 1 } };
    this.nodes.push({
      operator: 'TopK',
      name: '',
      domain: '',
      inputs,
      outputs: [values, places],
      attributes,
    });
    return { values, places };
  }

  /** An operator of ai.onnx.ml. */
  classical(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
  ): string {
    return this.add(operator, classicalDomain, inputs, attributes);
  }

  /** Numbers as a constant of the graph; a scalar without `dims`. */
  floats(type: FloatType, values: ArrayLike<number>, dims: readonly number[] = []): string {
    const array = type === 'float32' ? Float32Array.from(values) : Float64Array.from(values);
    return this.constant(type, new Uint8Array(array.buffer), dims);
  }

  integers(values: readonly number[], dims: readonly number[] = [values.length]): string {
    const array = BigInt64Array.from(values, (value) => BigInt(value));
    return this.constant('int64', new Uint8Array(array.buffer), dims);
  }

  /** Gives a value the name under which the model answers. */
  nameOutput(value: string, name: string): void {
    this.nodes.push({
      operator: 'Identity',
      name: '',
      domain: '',
      inputs: [value],
      outputs: [name],
      attributes: {},
    });
  }

  /** The bytes of the model file; the batch is open. */
  toModel(options: {
    readonly name: string;
    readonly input: PartsValue;
    readonly outputs: readonly PartsValue[];
    readonly metadata: Readonly<Record<string, string>>;
  }): Uint8Array {
    const describe = ({ name, type, shape }: PartsValue) => ({ name, type, dims: ['batch', ...shape] });
    return encodeModel({
      irVersion,
      producer: 'nightsift',
      producerVersion: '',
      opsets: { '': standardOpset, [classicalDomain]: classicalOpset },
      metadata: options.metadata,
      graph: {
        name: options.name,
        nodes: this.nodes,
        initializers: this.initializers,
        inputs: [describe(options.input)],
        outputs: options.outputs.map(describe),
      },
    });
  }

  private add(
    operator: string,
    domain: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
  ): string {
    const output = `v${this.count++}`;
    this.nodes.push({ operator, name: '', domain, inputs, outputs: [output], attributes });
    return output;
  }

  private constant(type: FloatType | 'int64', bytes: Uint8Array, dims: readonly number[]): string {
    const name = `c${this.count++}`;
    this.initializers.push({ name, type, dims, bytes });
    return name;
  }
}

function encoded([name, value]: [string, number | string | readonly number[]]): [string, OnnxAttribute] {
  if (typeof value === 'number') return [name, { kind: 'int', value }];
  if (typeof value === 'string') return [name, { kind: 'string', value }];
  return [name, { kind: 'ints', value }];
}
