/** What a finding does to the label: a table people may edit, with two presets. See docs/guide/score.md. */
import {
  type Consequence,
  type FindingCode,
  findingCodes,
  type PolicyChanges,
  type PolicyName,
} from '../../../contract/words.ts';

export type FramePolicy = Readonly<Record<FindingCode, Consequence>>;

const strict = Object.fromEntries(findingCodes.map((code) => [code, 'fatal'])) as FramePolicy;

/** What stackers reject pixel by pixel does not cost the frame. */
const stacking: FramePolicy = { ...strict, trail: 'advisory', cosmicRays: 'advisory', hotPixels: 'advisory' };

const presets: Readonly<Record<PolicyName, FramePolicy>> = { strict, stacking };

/** A preset, with single consequences replaced by the person's own. */
export function policyTable(name: PolicyName, changes: PolicyChanges = {}): FramePolicy {
  return { ...presets[name], ...changes };
}
