/** Figures of runs as curves, grown point by point; thinned by the host again when they become many. */
import type { NightsiftClient } from '../../contract/api.ts';
import type { LineSeries } from '../charts/line-chart.ts';
import { lineLooks } from '../charts/line-chart.ts';

interface Curve {
  readonly run: string;
  readonly name: string;
  readonly steps: number[];
  readonly values: number[];
}

/** What a chart of a few hundred pixels can show. */
const mostPoints = 2000;

export class RunCurves {
  /** Grows with every change; charts look again when it does. */
  version = $state(0);
  #curves = new Map<string, Curve>();
  readonly #client: NightsiftClient;
  #loading: Promise<void> | null = null;

  constructor(client: NightsiftClient) {
    this.#client = client;
  }

  /** All figures of the runs as they are stored; points that came meanwhile stay. */
  load(runs: readonly string[]): Promise<void> {
    this.#loading ??= this.#load(runs).finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  add(run: string, points: readonly { name: string; step: number; value: number }[]): void {
    if (points.length === 0) return;
    let isLong = false;
    for (const { name, step, value } of points) {
      const curve = this.#curve(run, name);
      if ((curve.steps.at(-1) ?? Number.NEGATIVE_INFINITY) >= step) continue;
      curve.steps.push(step);
      curve.values.push(value);
      isLong ||= curve.steps.length > 2 * mostPoints;
    }
    this.version += 1;
    if (isLong) void this.load([run]).catch(() => undefined); // the long curve stays until the next attempt
  }

  clear(): void {
    this.#curves.clear();
    this.version += 1;
  }

  get names(): string[] {
    void this.version;
    return [...new Set([...this.#curves.values()].map(({ name }) => name))];
  }

  /** Curves of these figures, each run by its title. */
  series(names: readonly string[], titles: ReadonlyMap<string, string>): LineSeries[] {
    void this.version;
    const several = titles.size > 1;
    const runs = [...titles.keys()];
    // Colours stay the same whichever figure arrives first.
    const chosen = [...this.#curves.values()]
      .filter(({ run, name }) => names.includes(name) && titles.has(run))
      .sort(
        (one, other) => runs.indexOf(one.run) - runs.indexOf(other.run) || one.name.localeCompare(other.name),
      );
    return chosen.map(({ run, name, steps, values }, index) => ({
      key: `${run}/${name}`,
      name: several ? `${titles.get(run)}${names.length > 1 ? ` ${name}` : ''}` : name,
      steps,
      values,
      ...(lineLooks[index % lineLooks.length] as (typeof lineLooks)[number]),
    }));
  }

  async #load(runs: readonly string[]): Promise<void> {
    const stored = await this.#client('runs.curves', { runs: [...runs], points: mostPoints });
    for (const { run, name, steps, values } of stored) {
      const last = steps.at(-1) ?? Number.NEGATIVE_INFINITY;
      const known = this.#curves.get(keyOf(run, name));
      const newer = known?.steps.findIndex((step) => step > last) ?? -1;
      const curve = { run, name, steps: [...steps], values: [...values] };
      if (known !== undefined && newer >= 0) {
        curve.steps.push(...known.steps.slice(newer));
        curve.values.push(...known.values.slice(newer));
      }
      this.#curves.set(keyOf(run, name), curve);
    }
    this.version += 1;
  }

  #curve(run: string, name: string): Curve {
    const key = keyOf(run, name);
    let curve = this.#curves.get(key);
    if (curve === undefined) {
      curve = { run, name, steps: [], values: [] };
      this.#curves.set(key, curve);
    }
    return curve;
  }
}

function keyOf(run: string, name: string): string {
  return `${run}\n${name}`;
}

/** `balancedAccuracy` as people write it: `balanced accuracy`. */
export function figureTitle(name: string): string {
  return name.replace(/([a-z\d])([A-Z])/g, (_all, before, after) => `${before} ${after.toLowerCase()}`);
}

/** Figures that belong into one chart: `train/loss` and `validation/loss`. The telling ones first. */
export function figureGroups(
  names: readonly string[],
): { readonly title: string; readonly names: string[] }[] {
  const groups = new Map<string, string[]>();
  for (const name of [...names].sort()) {
    const title = name.split('/').at(-1) as string;
    groups.set(title, [...(groups.get(title) ?? []), name]);
  }
  const order = ['loss', 'balancedAccuracy', 'accuracy', 'macroF1'];
  const rank = (title: string) => (order.indexOf(title) + 1 || order.length + 1) - 1;
  return [...groups]
    .sort(([one], [other]) => rank(one) - rank(other) || one.localeCompare(other))
    .map(([title, grouped]) => ({ title: figureTitle(title), names: grouped }));
}
