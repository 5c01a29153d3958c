/**
 * The protobuf wire format, as far as ONNX needs it: varints, 32-bit and 64-bit fixed fields, length-delimited
 * fields. Described in the public "Encoding" page of Protocol Buffers.
 */
import { NightsiftError } from '../../../contract/errors.ts';

const varint = 0;
const fixed64 = 1;
const lengthDelimited = 2;
const fixed32 = 5;

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder();

/** Collects fields; big byte fields are kept by reference until `finish`, so weights are copied once. */
export class WireWriter {
  private readonly chunks: Uint8Array[] = [];
  private small: number[] = [];
  private length = 0;

  integer(field: number, value: number | bigint): this {
    this.tag(field, varint);
    this.varint(value);
    return this;
  }

  float(field: number, value: number): this {
    this.tag(field, fixed32);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    for (const byte of bytes) this.small.push(byte);
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, utf8Encoder.encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.tag(field, lengthDelimited);
    this.varint(value.length);
    this.append(value);
    return this;
  }

  message(field: number, write: (inner: WireWriter) => void): this {
    const inner = new WireWriter();
    write(inner);
    inner.flush();
    this.tag(field, lengthDelimited);
    this.varint(inner.length);
    this.flush();
    for (const chunk of inner.chunks) this.chunks.push(chunk);
    this.length += inner.length;
    return this;
  }

  packedIntegers(field: number, values: readonly number[]): this {
    return this.message(field, (inner) => {
      for (const value of values) inner.varint(value);
    });
  }

  packedFloats(field: number, values: readonly number[]): this {
    const bytes = new Uint8Array(values.length * 4);
    const view = new DataView(bytes.buffer);
    for (let index = 0; index < values.length; index++) view.setFloat32(index * 4, values[index]!, true);
    return this.bytes(field, bytes);
  }

  finish(): Uint8Array {
    this.flush();
    const result = new Uint8Array(this.length);
    let offset = 0;
    for (const chunk of this.chunks) {
      result.set(chunk, offset);
      offset += chunk.length;
    }
    return result;
  }

  private tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  private varint(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0 && value < 0x80000000) {
      let rest = value;
      while (rest > 127) {
        this.small.push((rest & 127) | 128);
        rest >>>= 7;
      }
      this.small.push(rest);
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      this.small.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    this.small.push(Number(rest));
  }

  private append(bytes: Uint8Array): void {
    if (bytes.length < 64) {
      for (const byte of bytes) this.small.push(byte);
      return;
    }
    this.flush();
    this.chunks.push(bytes);
    this.length += bytes.length;
  }

  private flush(): void {
    if (this.small.length === 0) return;
    this.chunks.push(Uint8Array.from(this.small));
    this.length += this.small.length;
    this.small = [];
  }
}

/** One field as met on the wire. */
export interface WireField {
  readonly field: number;
  readonly wireType: number;
}

/** Walks the fields of one message. Every read is bounded by the message's end. */
export class WireReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private offset: number;
  private readonly end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = start;
    this.end = end;
  }

  /** The next field's number and type, or undefined at the end of the message. */
  next(): WireField | undefined {
    if (this.offset >= this.end) return undefined;
    const key = this.integer();
    const field = Math.floor(key / 8);
    if (field < 1) throw damaged(`a field number of ${field}`, this.offset);
    return { field, wireType: key % 8 };
  }

  /** A signed 64-bit varint; exact up to 2^53, which covers shapes, enumerations and opsets. */
  integer(): number {
    let low = 0;
    let factor = 1;
    for (let index = 0; index < 4; index++) {
      const byte = this.byte();
      low += (byte & 127) * factor;
      if (byte < 128) return low;
      factor *= 128;
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
    throw damaged('a varint longer than ten bytes', this.offset);
  }

  float(): number {
    this.need(4);
    const value = this.view.getFloat32(this.offset, true);
    this.offset += 4;
    return value;
  }

  double(): number {
    this.need(8);
    const value = this.view.getFloat64(this.offset, true);
    this.offset += 8;
    return value;
  }

  /** A view on the field's bytes, not a copy. */
  raw(): Uint8Array {
    const [start, end] = this.span();
    return this.bytes.subarray(start, end);
  }

  string(): string {
    return utf8Decoder.decode(this.raw());
  }

  message(): WireReader {
    const [start, end] = this.span();
    return new WireReader(this.bytes, start, end);
  }

  /** A repeated integer, packed or not. */
  integers(wireType: number, into: number[]): void {
    if (wireType !== lengthDelimited) {
      into.push(this.integer());
      return;
    }
    const inner = this.message();
    while (inner.offset < inner.end) into.push(inner.integer());
  }

  /** A repeated float, packed or not. */
  floats(wireType: number, into: number[]): void {
    if (wireType !== lengthDelimited) {
      into.push(this.float());
      return;
    }
    const inner = this.message();
    while (inner.offset < inner.end) into.push(inner.float());
  }

  skip(wireType: number): void {
    if (wireType === varint) this.integer();
    else if (wireType === fixed64) this.advance(8);
    else if (wireType === lengthDelimited) this.span();
    else if (wireType === fixed32) this.advance(4);
    else throw damaged(`wire type ${wireType}`, this.offset);
  }

  private span(): [number, number] {
    const length = this.integer();
    if (length < 0) throw damaged('a negative length', this.offset);
    const start = this.offset;
    this.advance(length);
    return [start, this.offset];
  }

  private byte(): number {
    this.need(1);
    return this.bytes[this.offset++]!;
  }

  private advance(count: number): void {
    this.need(count);
    this.offset += count;
  }

  private need(count: number): void {
    if (this.offset + count > this.end) throw damaged('an end in the middle of a field', this.offset);
  }
}

function damaged(what: string, offset: number): NightsiftError {
  return new NightsiftError('badModel', `The model file is damaged: ${what} near byte ${offset}.`, {
    hint: 'Export or copy the file again.',
    details: { offset },
  });
}
