/** Progress for people: one line drawn in place on a terminal, plain lines in a log. */
import type { JobEvent } from '../../../contract/calls/jobs.ts';
import type { Terminal } from './terminal.ts';
import { visibleLine } from './visible-text.ts';

export interface ProgressView {
  show(event: JobEvent): void;
  /** Takes the drawn line away, so that what follows starts on a clean one. */
  clear(): void;
}

export interface ProgressClock {
  readonly milliseconds: () => number;
}

const barWidth = 24;
// In a log: a line when a phase starts, each tenth of it, and at least so often.
const lineIntervalMilliseconds = 10_000;

type ProgressEvent = Extract<JobEvent, { kind: 'progress' }>;

export function openProgress(terminal: Terminal, clock: ProgressClock): ProgressView {
  return terminal.interactive ? drawnProgress(terminal, clock) : writtenProgress(terminal, clock);
}

function drawnProgress(terminal: Terminal, clock: ProgressClock): ProgressView {
  let drawn = false;
  let phase = '';
  let startedAt = 0;
  const clear = () => {
    if (drawn) terminal.draw('\r\u001b[2K');
    drawn = false;
  };
  const line = (text: string) => {
    clear();
    terminal.err(`${text}\n`);
  };
  return {
    clear,
    show(event) {
      if (event.kind === 'message') return line(event.text);
      if (event.kind === 'metrics') return line(metricsLine(event.step, event.values));
      if (event.kind === 'points' || event.kind === 'run') return;
      if (event.kind === 'ended' || event.kind === 'arrived') return clear();
      if (event.phase !== phase) {
        clear();
        phase = event.phase;
        startedAt = clock.milliseconds();
      }
      const elapsedSeconds = (clock.milliseconds() - startedAt) / 1000;
      const bar = visibleLine(barLine(event, elapsedSeconds));
      terminal.draw(`\r\u001b[2K${shortened(bar, terminal.columns - 1)}`);
      drawn = true;
      if (event.total !== null && event.done >= event.total) {
        terminal.err('\n');
        drawn = false;
        phase = '';
      }
    },
  };
}

function writtenProgress(terminal: Terminal, clock: ProgressClock): ProgressView {
  let phase = '';
  let tenth = -1;
  let writtenAt = 0;
  return {
    clear: () => undefined,
    show(event) {
      if (event.kind === 'message') return terminal.err(`${event.text}\n`);
      if (event.kind === 'metrics') return terminal.err(`${metricsLine(event.step, event.values)}\n`);
      if (event.kind !== 'progress' || event.total === 0) return;
      const now = clock.milliseconds();
      const reached = event.total ? Math.floor((10 * event.done) / event.total) : 0;
      if (event.phase === phase && reached === tenth && now - writtenAt < lineIntervalMilliseconds) return;
      [phase, tenth, writtenAt] = [event.phase, reached, now];
      const line = `${event.phase}${countOf(event)}${event.note ? ` (${event.note})` : ''}`;
      terminal.err(`${visibleLine(line)}\n`);
    },
  };
}

function countOf({ done, total }: ProgressEvent): string {
  if (total !== null) return `: ${done}/${total}`;
  return done === 0 ? '' : `: ${done}`;
}

/** `measuring [######------------------] 30/120 25 % 41 s left  frame_030.fits` */
export function barLine(event: ProgressEvent, elapsedSeconds: number): string {
  const note = event.note ? `  ${event.note}` : '';
  if (event.total === null || event.total <= 0) return `${event.phase}${countOf(event)}${note}`;
  const part = Math.min(1, event.done / event.total);
  const filled = Math.round(part * barWidth);
  const bar = '#'.repeat(filled) + '-'.repeat(barWidth - filled);
  const left =
    part > 0.02 && part < 1 ? ` ${describeSeconds((elapsedSeconds * (1 - part)) / part)} left` : '';
  return `${event.phase} [${bar}] ${event.done}/${event.total} ${Math.floor(100 * part)} %${left}${note}`;
}

export function describeSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export function metricsLine(step: number, values: Readonly<Record<string, number>>): string {
  const figures = Object.entries(values).map(([key, value]) => `${key} ${formatFigure(value)}`);
  return `epoch ${step}  ${figures.join('  ')}`;
}

export function formatFigure(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 0.001 ? value.toFixed(4) : value.toExponential(2);
}

function shortened(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(1, columns - 1))}…`;
}
