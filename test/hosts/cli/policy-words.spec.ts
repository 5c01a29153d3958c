import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { NightsiftError } from '../../../contract/errors.ts';
import { findingCodes, hardFindings } from '../../../contract/words.ts';
import { policyTable } from '../../../main/families/frames/policy.ts';
import type { Context } from '../../../main/hosts/cli/context.ts';
import {
  askedPolicy,
  consequencePair,
  describePolicy,
  policyOfText,
} from '../../../main/hosts/cli/policy-words.ts';

const folder = mkdtempSync(join(tmpdir(), 'nightsift-policy-'));
afterAll(() => rmSync(folder, { recursive: true }));
const context = { terminal: { workingFolder: folder } } as unknown as Context;

describe('a policy as people write it', () => {
  it('is a preset, a file, single findings, or all of them', async () => {
    const path = join(folder, 'mine.yaml');
    writeFileSync(path, 'preset: stacking\nfindings:\n  veil: advisory\n  fewStars: ignored\n');
    expect(await askedPolicy(context, {})).toEqual({});
    expect(await askedPolicy(context, { policy: 'stacking' })).toEqual({ policy: 'stacking' });
    const file = { policy: 'stacking', policyChanges: { veil: 'advisory', fewStars: 'ignored' } };
    expect(await askedPolicy(context, { policy: path })).toEqual(file);
    const consequence = consequencePair('trail=fatal', consequencePair('veil=fatal'));
    expect(await askedPolicy(context, { policy: path, consequence })).toEqual({
      policy: 'stacking',
      policyChanges: { veil: 'fatal', fewStars: 'ignored', trail: 'fatal' },
    });
    expect(await askedPolicy(context, { consequence })).toEqual({ policyChanges: consequence });
  });

  it('may name the whole table, hard findings among it', () => {
    const rows = Object.entries(policyTable('strict')).map(
      ([code, consequence]) => `  ${code}: ${consequence}`,
    );
    const { policyChanges } = policyOfText(`findings:\n${rows.join('\n')}`, 'all.yaml');
    expect(Object.keys(policyChanges ?? {})).toHaveLength(findingCodes.length - hardFindings.length);
    expect(policyOfText('', 'empty.yaml')).toEqual({ policy: 'strict', policyChanges: {} });
  });

  it.each([
    ['findings: {clouds: fatal}', /no finding "clouds".*cloud, veil/],
    ['findings: {cloud: bad}', /cloud can be fatal, advisory, ignored, not "bad"/],
    ['preset: lenient', /preset/],
    ['tolerance: 3', /tolerance/],
    ['a: b: c: [', /not YAML/],
    ['- trail', /expected "preset" and "findings"/],
  ])('refuses %j and says what is wrong', (text, problem) => {
    try {
      policyOfText(text, 'mine.yaml');
      expect.unreachable('it was accepted');
    } catch (error) {
      expect((error as NightsiftError).code).toBe('wrongUse');
      expect((error as NightsiftError).message).toMatch(/^mine.yaml: /);
      expect((error as NightsiftError).message).toMatch(problem);
    }
  });

  it('says in words what it is', () => {
    expect(describePolicy({ policy: 'strict' })).toBe('strict');
    expect(describePolicy({ policy: 'strict', policyChanges: { trail: 'advisory' } })).toBe(
      'strict with trail=advisory',
    );
  });
});
