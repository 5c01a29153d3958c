/**
 * Splits that do not leak: a target-night and its near-duplicates stay together. With too few target-nights
 * the frames are cut into contiguous blocks of time with a gap between them, and the split is marked so.
 */
import type { SplitName } from '../../../contract/calls/data-sets.ts';
import { type Random, randomFor, shuffled } from '../../learning/random.ts';

export interface SplitShares {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** An item as splitting sees it. */
export interface SplitItem {
  /** Target-night. */
  readonly group: string;
  /** What is to be spread evenly: label and who said so. */
  readonly stratum: string;
  /** Items in review take no part. */
  readonly isReview: boolean;
  /** Sorts items of a group by time; equal for near-duplicates. */
  readonly position: number;
  /** Index of the first near-duplicate, its own where there is none. */
  readonly duplicateOf: number;
}

/** What warnings call the items and what keeps them together. */
export interface SplitWords {
  readonly items: string;
  readonly groups: string;
  readonly otherGroups: string;
  /** How the items of a group follow each other. */
  readonly blocks: string;
}

const frameWords: SplitWords = {
  items: 'frames',
  groups: 'target-nights',
  otherGroups: 'other nights',
  blocks: 'blocks of time',
};

export interface Split {
  /** For each item in order. */
  readonly splits: readonly SplitName[];
  readonly withinNight: boolean;
  readonly warnings: readonly string[];
}

const parts = ['train', 'validation', 'test'] as const;
type Part = (typeof parts)[number];

/** Groups are tried in this many seeded orders, fewer where there are thousands; the evenest outcome is taken. */
const mostAttempts = 200;
const fewestAttempts = 8;
const triedGroups = 200_000;

/**
 * Shares must add up to 1. The same items, shares and seed give the same split.
 * @param evenly cut a single group into many short blocks where long ones would part small numbers from large ones
 */
export function splitItems(
  items: readonly SplitItem[],
  shares: SplitShares,
  seed: number,
  words: SplitWords = frameWords,
  evenly = false,
): Split {
  const used = items.flatMap((item, index) => (item.isReview ? [] : [index]));
  const groups = groupsOf(items, used);
  const largest = Math.max(0, ...groups.map((group) => group.length));
  const heldOut = shares.validation + shares.test;
  // what the smaller groups hold must make up at least half of what is to be held out
  const isEnough = groups.length >= 2 && used.length - largest >= (heldOut / 2) * used.length;
  const chosen =
    isEnough || heldOut === 0
      ? splitGroups(items, groups, shares, randomFor(seed, 'split groups'))
      : splitBlocks(items, groups, shares, randomFor(seed, 'split blocks'), evenly);
  const withinNight = !isEnough && heldOut > 0;
  const splits = items.map((item, index): SplitName => (item.isReview ? 'review' : chosen.get(index)!));
  return { splits, withinNight, warnings: warningsOf(items, { splits, withinNight }, shares, words) };
}

/** Target-nights, those that share a near-duplicate taken together; in order of their names. */
function groupsOf(items: readonly SplitItem[], used: readonly number[]): number[][] {
  const joined = new Map<string, string>();
  const rootOf = (name: string): string => {
    const next = joined.get(name);
    return next === undefined || next === name ? name : rootOf(next);
  };
  for (const index of used) {
    const [one, other] = [rootOf(items[index].group), rootOf(items[items[index].duplicateOf].group)].sort();
    joined.set(other, one);
  }
  const byName = new Map<string, number[]>();
  for (const index of used) {
    const name = rootOf(items[index].group);
    byName.set(name, [...(byName.get(name) ?? []), index]);
  }
  return [...byName.keys()].sort().map((name) => byName.get(name)!);
}

/** Whole groups to parts: greedy in many seeded orders, the evenest kept. */
function splitGroups(
  items: readonly SplitItem[],
  groups: readonly number[][],
  shares: SplitShares,
  random: Random,
): Map<number, SplitName> {
  // two nights cannot fill three parts: an honest test counts for more than a validation
  const wanted =
    groups.length === 2 && shares.test > 0
      ? { ...shares, train: shares.train + shares.validation, validation: 0 }
      : shares;
  const goal = goalOf(items, groups.flat(), wanted);
  let best: { readonly cost: number; readonly parts: readonly Part[] } | null = null;
  const attempts = Math.max(fewestAttempts, Math.min(mostAttempts, Math.floor(triedGroups / groups.length)));
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const chosen = assignGreedily(items, groups, goal, shuffled(groups.length, random));
    const cost = costOf(items, groups, goal, chosen);
    if (best === null || cost < best.cost) best = { cost, parts: chosen };
  }
  const result = new Map<number, SplitName>();
  groups.forEach((group, number) => {
    for (const index of group) result.set(index, best!.parts[number]);
  });
  return result;
}

/** Wanted count of each stratum in each part. */
type Goal = ReadonlyMap<Part, ReadonlyMap<string, number>>;

function goalOf(items: readonly SplitItem[], used: readonly number[], shares: SplitShares): Goal {
  const totals = countStrata(items, used);
  return new Map(
    parts.map((part) => [
      part,
      new Map([...totals].map(([stratum, count]) => [stratum, count * shares[part]])),
    ]),
  );
}

function countStrata(items: readonly SplitItem[], indices: readonly number[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const index of indices) {
    const { stratum } = items[index];
    counts.set(stratum, (counts.get(stratum) ?? 0) + 1);
  }
  return counts;
}

/** Sum over parts and strata of the squared miss, in units of what is wanted; an empty part weighs heavily. */
function partCost(goal: ReadonlyMap<string, number>, found: ReadonlyMap<string, number>): number {
  let cost = 0;
  let isEmpty = true;
  for (const [stratum, wanted] of goal) {
    const count = found.get(stratum) ?? 0;
    cost += (count - wanted) ** 2 / (wanted + 1);
    if (count === 0 && wanted > 0) cost += wanted; // a part that lacks a class cannot judge it
    if (count > 0) isEmpty = false;
  }
  const wants = [...goal.values()].some((wanted) => wanted > 0);
  return wants && isEmpty ? cost + 1e6 : cost;
}

function assignGreedily(
  items: readonly SplitItem[],
  groups: readonly number[][],
  goal: Goal,
  order: Int32Array,
): Part[] {
  const chosen: Part[] = groups.map(() => 'train');
  const found = new Map<Part, Map<string, number>>(parts.map((part) => [part, new Map()]));
  // the big ones first: the small ones fill up what is missing
  const bySize = [...order].sort((one, other) => groups[other].length - groups[one].length);
  for (const number of bySize) {
    const own = countStrata(items, groups[number]);
    let best: { readonly part: Part; readonly gain: number } | null = null;
    for (const part of parts) {
      if ([...goal.get(part)!.values()].every((wanted) => wanted === 0)) continue;
      const gain =
        partCost(goal.get(part)!, found.get(part)!) - partCost(goal.get(part)!, sumOf(found.get(part)!, own));
      if (best === null || gain > best.gain) best = { part, gain };
    }
    chosen[number] = best?.part ?? 'train';
    found.set(chosen[number], sumOf(found.get(chosen[number])!, own));
  }
  return chosen;
}

function sumOf(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): Map<string, number> {
  const sum = new Map(one);
  for (const [key, count] of other) sum.set(key, (sum.get(key) ?? 0) + count);
  return sum;
}

function costOf(
  items: readonly SplitItem[],
  groups: readonly number[][],
  goal: Goal,
  chosen: readonly Part[],
): number {
  return parts.reduce((sum, part) => {
    const members = groups.flatMap((group, number) => (chosen[number] === part ? group : []));
    return sum + partCost(goal.get(part)!, countStrata(items, members));
  }, 0);
}

/** Share of a night left unused between two blocks: neighbours in time share seeing, sky and pointing. */
const gapShare = 0.02;

/**
 * The largest group is cut along time into contiguous blocks: validation and test somewhere, train the rest,
 * a gap between any two. Of all places the one whose blocks hold the classes most evenly; other groups train.
 */
function splitBlocks(
  items: readonly SplitItem[],
  groups: readonly number[][],
  shares: SplitShares,
  random: Random,
  evenly: boolean,
): Map<number, SplitName> {
  const result = new Map<number, SplitName>(groups.flat().map((index) => [index, 'train']));
  const largest = [...groups].sort((one, other) => other.length - one.length)[0] ?? [];
  const inTime = [...largest].sort(
    (one, other) => items[one].position - items[other].position || one - other,
  );
  const plans = blockPlans(inTime.length, shares);
  const goal = goalOf(items, inTime, shares);
  let best: { readonly cost: number; readonly plan: readonly SplitName[] } | null = null;
  for (const number of shuffled(plans.length, random)) {
    const plan = plans[number]();
    const cost = parts.reduce((sum, part) => {
      const members = inTime.filter((_, place) => plan[place] === part);
      return sum + partCost(goal.get(part)!, countStrata(items, members));
    }, 0);
    if (best === null || cost < best.cost - 1e-9) best = { cost, plan };
  }
  const plan =
    evenly && !isEven(items, inTime, goal, best!.plan)
      ? shortBlocks(items, inTime, shares, random)
      : best!.plan;
  inTime.forEach((index, place) => {
    result.set(index, plan[place]);
  });
  return duplicatesTogether(items, result);
}

/** Of what is wanted of a stratum, this share has to be there. */
const leastOfStratum = 0.5;

function isEven(
  items: readonly SplitItem[],
  inTime: readonly number[],
  goal: Goal,
  plan: readonly SplitName[],
): boolean {
  return (['validation', 'test'] as const).every((part) => {
    const found = countStrata(
      items,
      inTime.filter((_, place) => plan[place] === part),
    );
    return [...goal.get(part)!].every(
      ([stratum, wanted]) => wanted < 1 || (found.get(stratum) ?? 0) >= leastOfStratum * wanted,
    );
  });
}

/** Enough blocks that each of five strata lies in every part, few enough that most neighbours stay together. */
const mostShortBlocks = 60;
const shortestBlock = 3;

/** Blocks of a few neighbours go to the parts as whole groups do; training, which has items to spare, leaves a gap where it meets another part. */
function shortBlocks(
  items: readonly SplitItem[],
  inTime: readonly number[],
  shares: SplitShares,
  random: Random,
): SplitName[] {
  const count = Math.max(1, Math.min(mostShortBlocks, Math.floor(inTime.length / shortestBlock)));
  const edge = (block: number) => Math.floor((block * inTime.length) / count);
  const blocks = Array.from({ length: count }, (_, block) => inTime.slice(edge(block), edge(block + 1)));
  const chosen = splitGroups(items, blocks, shares, random);
  const plan = inTime.map((index) => chosen.get(index)!);
  const isOther = (place: number) => plan[place] !== undefined && plan[place] !== 'train';
  return plan.map((part, place) =>
    part === 'train' && (isOther(place - 1) || isOther(place + 1)) ? 'gap' : part,
  );
}

/** Every way to lay the validation and the test block into a row of `count` frames with gaps around them. */
function blockPlans(count: number, shares: SplitShares): (() => SplitName[])[] {
  const gap = count < 12 ? (count < 6 ? 0 : 1) : Math.max(1, Math.round(gapShare * count));
  const length = (share: number) => (share === 0 || count < 3 ? 0 : Math.max(1, Math.round(share * count)));
  const sizes = { validation: length(shares.validation), test: length(shares.test) };
  const plans: (() => SplitName[])[] = [];
  const places = Math.max(6, Math.min(40, Math.floor(Math.sqrt(comparedItems / count))));
  const step = Math.max(1, Math.floor(count / places));
  for (let validation = 0; validation + sizes.validation <= count; validation += step) {
    for (let test = 0; test + sizes.test <= count; test += step) {
      const apart = test >= validation + sizes.validation + gap || validation >= test + sizes.test + gap;
      if (!apart && sizes.validation > 0 && sizes.test > 0) continue;
      plans.push(() => {
        const plan = training(count);
        lay(plan, 'validation', validation, sizes.validation, gap);
        lay(plan, 'test', test, sizes.test, gap);
        return plan;
      });
      if (sizes.test === 0) break;
    }
    if (sizes.validation === 0 && sizes.test > 0) break;
  }
  return plans.length > 0 ? plans : [() => training(count)];
}

/** Long logs are cut at fewer places: so many items are looked at in all, each once for every plan. */
const comparedItems = 2e7;

function training(count: number): SplitName[] {
  return Array.from({ length: count }, () => 'train');
}

function lay(
  plan: SplitName[],
  name: 'validation' | 'test',
  start: number,
  length: number,
  gap: number,
): void {
  if (length === 0) return;
  for (let place = start - gap; place < start + length + gap; place += 1) {
    const isInside = place >= start && place < start + length;
    if (isInside) plan[place] = name;
    else if (plan[place] === 'train') plan[place] = 'gap';
  }
}

/** Copies of an exposure follow the first of them, whatever lies between. */
function duplicatesTogether(
  items: readonly SplitItem[],
  splits: Map<number, SplitName>,
): Map<number, SplitName> {
  for (const [index] of splits) {
    const first = splits.get(items[index].duplicateOf);
    if (first !== undefined) splits.set(index, first);
  }
  return splits;
}

function warningsOf(
  items: readonly SplitItem[],
  { splits, withinNight }: Pick<Split, 'splits' | 'withinNight'>,
  shares: SplitShares,
  words: SplitWords,
): string[] {
  const warnings: string[] = [];
  if (withinNight) {
    warnings.push(
      `Too few ${words.groups}: the splits are ${words.blocks} within one, figures say little of ${words.otherGroups}.`,
    );
  }
  for (const part of parts) {
    if (shares[part] === 0) continue;
    const members = items.flatMap((_, index) => (splits[index] === part ? [index] : []));
    const classes = new Set(members.map((index) => items[index].stratum.split('/')[0]));
    if (members.length === 0)
      warnings.push(`The ${part} split is empty: there are too few ${words.groups} or ${words.items}.`);
    else if (classes.size === 1)
      warnings.push(`The ${part} split holds only ${words.items} of class "${[...classes][0]}".`);
  }
  return warnings;
}
