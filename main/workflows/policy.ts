/** What a policy makes of each finding. */
import type { Consequence, FindingCode, PolicyChanges, PolicyName } from '../../contract/words.ts';
import { policyTable } from '../families/frames/policy.ts';

export function showPolicy(input: {
  readonly policy: PolicyName;
  readonly policyChanges?: PolicyChanges | undefined;
}): { policy: PolicyName; consequences: Record<FindingCode, Consequence> } {
  return { policy: input.policy, consequences: policyTable(input.policy, input.policyChanges) };
}
