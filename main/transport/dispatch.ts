/**
 * The only door to the handlers. Input is parsed here and nowhere else, answers are parsed on their way out so that a
 * handler cannot drift from the contract, and whatever is thrown leaves as an error of the contract.
 */
import type { z } from 'zod';
import type { Transport } from '../../contract/client.ts';
import { fromErrorRecord, toErrorRecord } from '../../contract/error-record.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { Api, Call, CallOptions, Handlers } from '../../contract/kinds.ts';
import { inputLimitBytes } from '../../contract/wire.ts';

type AnyHandler = (input: unknown, options: CallOptions) => unknown;

/** Serves `handlers` to a transport's far side. Every failure is a NightsiftError. */
export function dispatch<A extends Api>(api: A, handlers: Handlers<A>): Transport {
  const open = <K extends Call['kind']>(method: string, kind: K, input: unknown) => {
    const call = lookUp(api, method, kind);
    return {
      call,
      input: parseInput(method, call, input),
      handler: handlers[method] as unknown as AnyHandler,
    };
  };
  return {
    async ask(method, input, options) {
      return guarded(async () => {
        const opened = open(method, 'ask', input);
        options.signal?.throwIfAborted();
        return parseOutput(method, opened.call.out, await opened.handler(opened.input, options));
      });
    },
    async bytes(method, input, options) {
      return guarded(async () => {
        const opened = open(method, 'bytes', input);
        options.signal?.throwIfAborted();
        const answer = await opened.handler(opened.input, options);
        if (answer instanceof Uint8Array) return answer;
        throw new NightsiftError('internal', `${method} answered something else than bytes.`);
      });
    },
    async *stream(method, input, options) {
      try {
        const opened = open(method, 'stream', input);
        options.signal?.throwIfAborted();
        for await (const event of opened.handler(opened.input, options) as AsyncIterable<unknown>) {
          options.signal?.throwIfAborted();
          yield parseOutput(method, opened.call.event, event);
        }
      } catch (thrown) {
        throw asContractError(thrown);
      }
    },
  };
}

function lookUp<K extends Call['kind']>(api: Api, method: string, kind: K): Extract<Call, { kind: K }> {
  const call = Object.hasOwn(api, method) ? api[method] : undefined;
  if (call === undefined) {
    throw new NightsiftError('notFound', `There is no call named "${method}".`, { details: { method } });
  }
  if (call.kind !== kind) {
    throw new NightsiftError('wrongUse', `"${method}" is a call of kind ${call.kind}, not ${kind}.`, {
      details: { method, kind: call.kind },
    });
  }
  return call as Extract<Call, { kind: K }>;
}

function parseInput(method: string, call: Call, input: unknown): unknown {
  const size = approximateBytes(input);
  if (size > inputLimitBytes) {
    throw new NightsiftError('badInput', `The input of ${method} is larger than ${inputLimitBytes} bytes.`, {
      hint: 'Split the request, or hand the content over as a file.',
      details: { method, limit: inputLimitBytes },
    });
  }
  const parsed = call.in.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new NightsiftError('badInput', `${method}: ${describeIssues(parsed.error)}.`, {
    details: {
      method,
      issues: parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: wordsOf(issue) })),
    },
  });
}

function parseOutput(method: string, schema: z.ZodType, output: unknown): unknown {
  const parsed = schema.safeParse(output);
  if (parsed.success) return parsed.data;
  throw new NightsiftError(
    'internal',
    `${method} answered outside its contract: ${describeIssues(parsed.error)}.`,
    {
      details: { method },
    },
  );
}

function describeIssues(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => (issue.path.length === 0 ? wordsOf(issue) : `${issue.path.join('.')}: ${wordsOf(issue)}`))
    .join('; ');
}

/** Bounds in words; the rest as the parser says it. */
function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_big')
    return `expected ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unitOf(issue.origin)}`;
  if (issue.code === 'too_small')
    return `expected ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unitOf(issue.origin)}`;
  return issue.message;
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' || origin === 'set' ? ' entries' : '';
}

/** Size as JSON; input that JSON cannot carry (cycles, big integers) cannot cross a wire either. */
function approximateBytes(input: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(input) ?? '');
  } catch (thrown) {
    throw new NightsiftError('badInput', 'The input cannot be written as JSON.', { cause: thrown });
  }
}

async function guarded<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (thrown) {
    throw asContractError(thrown);
  }
}

function asContractError(thrown: unknown): NightsiftError {
  return thrown instanceof NightsiftError ? thrown : fromErrorRecord(toErrorRecord(thrown));
}
