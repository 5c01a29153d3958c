import { expect, it } from 'vitest';
import { compile } from '../../../main/formats/webassembly/kernel-memory.ts';

/** A module of one function that returns, with `code` before its end. */
const moduleOf = (...code: number[]) =>
  Buffer.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 4, 1, 0x60, 0, 0],
    ...[3, 2, 1, 0],
    ...[10, code.length + 4, 1, code.length + 2, 0, ...code, 0x0b],
  ]).toString('base64');

it('says that Node is too old where it lacks an instruction', () => {
  expect(compile(moduleOf())).toBeDefined();
  // a vector instruction that no engine knows, as relaxed ones are to Node 20
  expect(() => compile(moduleOf(0xfd, 0xff, 0x7f))).toThrow(
    expect.objectContaining({
      code: 'unsupported',
      message: expect.stringContaining(process.version),
      hint: expect.stringContaining('Node 22'),
    }),
  );
});
