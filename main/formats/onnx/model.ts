/** The part of the ONNX schema that is read and written here. Numbers are those of onnx.proto3 (public). */

export const dataTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
} as const;
export type DataTypeName = keyof typeof dataTypes;

/** Little-endian bytes, row-major, whatever field of the file they came from. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: DataTypeName;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

export type OnnxAttribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'other'; readonly value: number };

export interface OnnxNode {
  readonly operator: string;
  readonly name: string;
  readonly domain: string;
  /** An empty name is an optional input or output left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A number is a fixed size, a string a symbolic one (`batch`). */
export type OnnxDimension = number | string;

export interface OnnxValueInfo {
  readonly name: string;
  readonly type: DataTypeName;
  readonly dims: readonly OnnxDimension[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
}

export interface OnnxModel {
  readonly irVersion: number;
  readonly producer: string;
  readonly producerVersion: string;
  /** Domain to version; '' is the standard domain. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly graph: OnnxGraph;
}
