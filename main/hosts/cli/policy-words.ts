/** A policy as it is written by a person: a preset's name, a YAML file, single findings changed. */
import { readFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { NightsiftError } from '../../../contract/errors.ts';
import {
  consequences,
  FindingCode,
  hardFindings,
  PolicyChanges,
  PolicyName,
  policyNames,
} from '../../../contract/words.ts';
import { absolute, type Context } from './context.ts';

export interface PolicyOptions {
  /** A preset's name, or a file. */
  readonly policy?: string;
  readonly consequence?: Record<string, string>;
}

interface AskedPolicy {
  readonly policy?: PolicyName;
  readonly policyChanges?: PolicyChanges;
}

/** Gathers `finding=consequence`. */
export function consequencePair(word: string, before: Record<string, string> = {}): Record<string, string> {
  const [code, consequence] = word.split('=');
  const problem = problemOf(code, consequence);
  if (problem !== null) throw new InvalidArgumentError(problem);
  return { ...before, [code]: consequence };
}

/** What to ask of a scan; nothing where nothing was said. Errors: wrongUse, notFound. */
export async function askedPolicy(context: Context, options: PolicyOptions): Promise<AskedPolicy> {
  const named = PolicyName.safeParse(options.policy);
  const written =
    options.policy === undefined || named.success
      ? { ...(named.success && { policy: named.data }) }
      : await readPolicy(absolute(context, options.policy), options.policy);
  if (options.consequence === undefined) return written;
  const own = PolicyChanges.parse(options.consequence);
  return { ...written, policyChanges: { ...written.policyChanges, ...own } };
}

const PolicyFile = z.strictObject({
  preset: PolicyName.default('strict'),
  findings: z.record(z.string(), z.string()).default({}),
});

async function readPolicy(path: string, named: string): Promise<AskedPolicy> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new NightsiftError('wrongUse', `There is no policy "${named}", neither a preset nor a file.`, {
      hint: `Presets: ${policyNames.join(', ')}. "nightsift policy > mine.yaml" writes a file to edit.`,
      cause,
    });
  });
  return policyOfText(text, named);
}

/** Errors: wrongUse, naming the file, what was found and what is expected. */
export function policyOfText(text: string, named: string): AskedPolicy {
  const wrong = (problem: string, cause?: unknown) =>
    new NightsiftError('wrongUse', `${named}: ${problem}`, {
      hint: '"nightsift policy" prints a policy as such a file is written.',
      cause,
    });
  let document: unknown;
  try {
    document = parseYaml(text);
  } catch (cause) {
    throw wrong('this is not YAML.', cause);
  }
  const file = PolicyFile.safeParse(document ?? {});
  if (!file.success) throw wrong(`expected "preset" and "findings" (${z.prettifyError(file.error)}).`);
  const findings = Object.entries(file.data.findings).filter(([code]) => !isHard(code));
  for (const [code, consequence] of findings) {
    const problem = problemOf(code, consequence);
    if (problem !== null) throw wrong(problem);
  }
  return { policy: file.data.preset, policyChanges: PolicyChanges.parse(Object.fromEntries(findings)) };
}

/** A file may name them, since the printed table does; they stay fatal. */
function isHard(code: string): boolean {
  return (hardFindings as readonly string[]).includes(code);
}

function problemOf(code: string, consequence: string | undefined): string | null {
  if (isHard(code)) return `${code} always contaminates: nothing of the sky can be seen.`;
  if (!FindingCode.safeParse(code).success) {
    const codes = FindingCode.options.filter((known) => !isHard(known));
    return `there is no finding "${code}". Findings: ${codes.join(', ')}.`;
  }
  const known = (consequences as readonly string[]).includes(consequence ?? '');
  return known ? null : `${code} can be ${consequences.join(', ')}, not "${consequence ?? ''}".`;
}

/** `strict`, or `strict with trail=advisory`. */
export function describePolicy({
  policy,
  policyChanges = {},
}: {
  readonly policy: PolicyName;
  readonly policyChanges?: PolicyChanges | undefined;
}): string {
  const changes = Object.entries(policyChanges).map(([code, consequence]) => `${code}=${consequence}`);
  return changes.length === 0 ? policy : `${policy} with ${changes.join(', ')}`;
}
