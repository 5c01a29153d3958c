import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { api } from '../../../contract/api.ts';
import type { Transport } from '../../../contract/client.ts';
import { pathFields, withinFolders } from '../../../main/hosts/edge/allowed-paths.ts';

let root: string;
const asked: string[] = [];
const far: Transport = {
  ask: async (method) => void asked.push(method),
  bytes: async () => new Uint8Array(),
  async *stream() {},
};
beforeAll(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'nightsift-allowed-')));
  mkdirSync(path.join(root, 'nights'));
  mkdirSync(path.join(root, 'nights-private'));
  symlinkSync('/etc', path.join(root, 'nights', 'link'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const scan = async (named: unknown) => {
  asked.length = 0;
  const error = await withinFolders(far, [path.join(root, 'nights')])
    .ask('scan.start', { paths: [named] }, {})
    .catch((thrown: { code: string }) => thrown.code);
  return error ?? asked[0];
};

describe('paths from a browser', () => {
  test.each(['', '/m31', '/not/there/yet', '/a/../b', '//x'])('nights%s is allowed', async (tail) =>
    expect(await scan(`${root}/nights${tail}`)).toBe('scan.start'),
  );
  test.each([
    '',
    '-private',
    '/..',
    '/../nights-private',
    '/link',
    '/link/passwd',
    '/link/../..',
    '/x/../../..',
  ])('what %j leads to is not', async (tail) =>
    expect(await scan(tail === '' ? '/etc/passwd' : `${root}/nights${tail}`)).toBe('notAllowed'),
  );
  test('a model by its name is none, a model by its file is', async () => {
    const evaluate = (model: string) =>
      withinFolders(far, [path.join(root, 'nights')])
        .ask('evaluate.start', { model }, {})
        .then(
          () => 'asked',
          (thrown: { code: string }) => thrown.code,
        );
    expect(
      await Promise.all(['judge@2', '/etc/x.onnx', '../m.onnx', `${root}/nights/m.onnx`].map(evaluate)),
    ).toEqual(['asked', 'notAllowed', 'notAllowed', 'asked']);
  });
  test.each(['s3://bucket/x', 'http://127.0.0.1:9/x', 'preset:safecast', 'hf://datasets/a/b'])(
    'this machine fetches no %s for a browser',
    async (address) => expect(await scan(address)).toBe('notAllowed'),
  );
  test('what is no text is left to the schema', async () => expect(await scan(7)).toBe('scan.start'));

  test('every field of the contract that may hold a path is known', () => {
    /** Texts that only sound like it: ids, names of files within a session, kinds of answer. */
    const harmless = new Set([
      'labels.set file',
      'folders.list path',
      'annotate.start files',
      'items.show file',
    ]);
    const suspicious = /path|into|folder|output|directory|backbone|^out$|file/i;
    const unknown = Object.entries(api).flatMap(([name, call]) => {
      const schema = JSON.stringify(z.toJSONSchema(call.in, { io: 'input', unrepresentable: 'any' }));
      const fields = [...schema.matchAll(/"([A-Za-z]+)":\{"(?:type|anyOf|minLength|description|items)/g)].map(
        ([, field]) => field as string,
      );
      const known = pathFields[name as keyof typeof pathFields] ?? [];
      return fields
        .filter((field) => suspicious.test(field) && !known.includes(field))
        .map((field) => `${name} ${field}`)
        .filter((each) => !harmless.has(each));
    });
    expect(unknown).toEqual([]);
  });
});
