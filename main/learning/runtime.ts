/** What learning needs of a machine that executes ONNX graphs. The adapter lives in main/runtime. */

export interface TensorValue {
  readonly type: 'float32' | 'float64' | 'int64' | 'int32' | 'bool' | 'uint8';
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array;
}

export interface GraphSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Runs once. Without `fetches` every output is returned. Outputs are copies that the caller owns. */
  run(
    feeds: Readonly<Record<string, TensorValue>>,
    fetches?: readonly string[],
  ): Promise<Record<string, TensorValue>>;
  release(): Promise<void>;
}

export interface GraphRuntimeOptions {
  /** Training sessions plan memory anew for each run, which halves the peak for convolutional networks. */
  readonly purpose?: 'training' | 'inference';
  readonly threads?: number;
}

export interface GraphRuntime {
  /** @throws NightsiftError `badModel` when the bytes are no model that the runtime can execute */
  load(model: Uint8Array, options?: GraphRuntimeOptions): Promise<GraphSession>;
  readonly version: string;
}
