/** Draws a spectrum: axes, counts as steps, peaks with their energies. */
import type { Palette } from './colours.ts';
import { decades, niceSteps } from './nice-steps.ts';
import { countY, energyX, type SpectrumLayout, spectrumMargins } from './spectrum.ts';

const { left, right, foot, head } = spectrumMargins;

export function drawSpectrum(
  context: CanvasRenderingContext2D,
  layout: SpectrumLayout,
  palette: Palette,
  face: string,
): void {
  context.font = `11px ${face}`;
  drawAxes(context, layout, palette);
  drawCounts(context, layout, palette);
  drawBeside(context, layout, palette);
  drawPeaks(context, layout, palette);
}

function drawAxes(context: CanvasRenderingContext2D, layout: SpectrumLayout, palette: Palette): void {
  const { width, height, reach, least, most, isLogarithmic } = layout;
  context.strokeStyle = palette.of('--line');
  context.fillStyle = palette.of('--text-quiet');
  context.textAlign = 'center';
  for (const energy of niceSteps(0, reach, width / 90)) {
    const x = Math.round(energyX(layout, energy)) + 0.5;
    line(context, x, head, x, height - foot + 4);
    context.fillText(String(energy), x, height - foot + 16);
  }
  context.fillText('keV', width - right - 12, height - 4);
  context.textAlign = 'right';
  const ticks = isLogarithmic ? decades(least, most) : niceSteps(least, most, height / 46);
  for (const count of ticks) {
    const y = Math.round(countY(layout, count)) + 0.5;
    line(context, left, y, width - right, y);
    context.fillText(shortCount(count), left - 6, y + 4);
  }
  context.textAlign = 'left';
  context.fillText('counts', 4, 12);
}

/** `20 k`, `1.5 M`: short enough for the margin. */
function shortCount(count: number): string {
  if (count >= 1e6) return `${Number((count / 1e6).toPrecision(3))} M`;
  if (count >= 1e4) return `${Number((count / 1e3).toPrecision(3))} k`;
  return String(Number(count.toPrecision(3)));
}

function line(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

/** From the floor up and along; returns where it ends. */
function traceSteps(
  context: CanvasRenderingContext2D,
  layout: SpectrumLayout,
  counts: readonly number[],
): number {
  const { kiloElectronVoltsPerPoint: each } = layout.spectrum;
  const shown = Math.min(counts.length, Math.ceil(layout.reach / each));
  context.beginPath();
  context.moveTo(energyX(layout, 0), layout.height - foot);
  for (let bin = 0; bin < shown; bin += 1) {
    const y = countY(layout, counts[bin] ?? 0);
    context.lineTo(energyX(layout, bin * each), y);
    context.lineTo(energyX(layout, Math.min(layout.reach, (bin + 1) * each)), y);
  }
  return energyX(layout, Math.min(layout.reach, shown * each));
}

function drawBeside(context: CanvasRenderingContext2D, layout: SpectrumLayout, palette: Palette): void {
  if (layout.beside.length === 0) return;
  traceSteps(context, layout, layout.beside);
  context.strokeStyle = palette.of('--review');
  context.stroke();
}

function drawCounts(context: CanvasRenderingContext2D, layout: SpectrumLayout, palette: Palette): void {
  const end = traceSteps(context, layout, layout.spectrum.counts);
  context.strokeStyle = palette.of('--accent');
  context.lineWidth = 1.3;
  context.stroke();
  context.lineTo(end, layout.height - foot);
  context.closePath();
  context.fillStyle = palette.of('--accent-soft');
  context.fill();
  context.lineWidth = 1;
}

/** A tick over each peak; energies where there is room, the strongest first. */
function drawPeaks(context: CanvasRenderingContext2D, layout: SpectrumLayout, palette: Palette): void {
  const room = 40;
  const taken: number[] = [];
  context.textAlign = 'center';
  for (const { kiloElectronVolts } of [...layout.spectrum.peaks].sort(
    (one, other) => other.counts - one.counts,
  )) {
    if (kiloElectronVolts > layout.reach) continue;
    const x = energyX(layout, kiloElectronVolts);
    const bin = Math.floor(kiloElectronVolts / layout.spectrum.kiloElectronVoltsPerPoint);
    const y = countY(layout, layout.spectrum.counts[bin] ?? 0);
    context.strokeStyle = palette.of('--review');
    line(context, x, head - 8, x, Math.max(head, y - 3));
    if (taken.some((other) => Math.abs(other - x) < room)) continue;
    taken.push(x);
    context.fillStyle = palette.of('--review');
    context.fillText(String(Math.round(kiloElectronVolts)), x, head - 12);
  }
  context.textAlign = 'left';
}
