/** What the command's end says to a script. */
import { isNightsiftError } from '../../../contract/errors.ts';

export const exitCodes = {
  /** Every file was answered, refused ones included. */
  answered: 0,
  /** Nothing could be done. */
  nothing: 1,
  wrongUse: 2,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export function exitCodeFor(thrown: unknown): ExitCode {
  if (!isNightsiftError(thrown)) return exitCodes.nothing;
  if (thrown.code === 'cancelled') return exitCodes.interrupted;
  return thrown.code === 'wrongUse' || thrown.code === 'badInput' ? exitCodes.wrongUse : exitCodes.nothing;
}
