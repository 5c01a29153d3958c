/** Telemetry that is made up, faults and their labels included. The same settings give the same bytes. */
import { joinBytes } from '../../formats/join-bytes.ts';
import { drawsFrom } from '../draws.ts';
import { addFaults } from './simulate-faults.ts';
import { channels, usualSignals } from './simulate-signals.ts';

export interface SimulationSettings {
  readonly rows: number;
  readonly seed: number;
  /** Of the rows that faults cover, 0 to 0.5. */
  readonly faultShare: number;
}

/** Two rows a second. */
const stepSeconds = 0.5;
const start = Date.UTC(2026, 2, 14, 20);

export function simulateTelemetry({ rows, seed, faultShare }: SimulationSettings): Uint8Array {
  const signals = usualSignals(rows, stepSeconds, drawsFrom(seed, 0));
  const faults = addFaults(signals, faultShare, drawsFrom(seed, 1));
  const parts: Uint8Array[] = [];
  let lines = [`timestamp,phase,${channels.join(',')},anomaly,fault`];
  let next = 0; // faults are sorted and never overlap
  for (let row = 0; row < rows; row += 1) {
    while (next < faults.length && faults[next]!.until <= row) next += 1;
    const fault = faults[next] !== undefined && faults[next].from <= row ? faults[next] : undefined;
    const cells = channels.map((name) => numberCell(signals.values[name][row]!));
    const time = new Date(start + row * stepSeconds * 1000).toISOString();
    lines.push(
      [time, signals.phase[row], ...cells, fault ? 1 : 0, fault ? `${fault.kind}:${fault.channel}` : ''].join(
        ',',
      ),
    );
    if (lines.length === rowsOfPart) {
      parts.push(bytesOf(lines));
      lines = [];
    }
  }
  return joinBytes([...parts, bytesOf(lines)]);
}

// One text of millions of rows is longer than a text can be.
const rowsOfPart = 50_000;

function bytesOf(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
}

/** Six digits, as instruments send them; nothing for what was not sent. */
function numberCell(value: number): string {
  return Number.isNaN(value) ? '' : String(Number(value.toPrecision(6)));
}
