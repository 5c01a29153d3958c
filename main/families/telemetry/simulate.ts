/** Telemetry that is made up, faults and their labels included. The same settings give the same bytes. */
import { drawsFrom } from './random.ts';
import { addFaults, type Fault } from './simulate-faults.ts';
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
  const lines = [`timestamp,phase,${channels.join(',')},anomaly,fault`];
  for (let row = 0; row < rows; row += 1) {
    const fault = faultAt(faults, row);
    const cells = channels.map((name) => numberCell(signals.values[name][row]!));
    const time = new Date(start + row * stepSeconds * 1000).toISOString();
    lines.push(
      [time, signals.phase[row], ...cells, fault ? 1 : 0, fault ? `${fault.kind}:${fault.channel}` : ''].join(
        ',',
      ),
    );
  }
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

function faultAt(faults: readonly Fault[], row: number): Fault | undefined {
  return faults.find(({ from, until }) => row >= from && row < until);
}

/** Six digits, as instruments send them; nothing for what was not sent. */
function numberCell(value: number): string {
  return Number.isNaN(value) ? '' : String(Number(value.toPrecision(6)));
}
