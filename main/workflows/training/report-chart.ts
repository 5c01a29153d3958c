/** A line chart as a piece of SVG, for files that have to show themselves without a program. */

interface Point {
  readonly step: number;
  readonly value: number;
}

const size = { width: 640, height: 220, left: 64, right: 12, top: 12, bottom: 28 } as const;
/** Told apart by those who see colours differently, on light and dark grounds. */
const colours = ['#2f7fd6', '#e08a1e', '#3a9d5d', '#b5559c'];

/** @param series by name; drawn on a logarithmic axis where all values are above 0 and span more than a factor of 50 */
export function chartOf(title: string, series: Readonly<Record<string, readonly Point[]>>): string {
  const points = Object.values(series).flat();
  const values = points.map(({ value }) => value).filter(Number.isFinite);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const isLogarithmic = low > 0 && high / low > 50;
  const scaled = (value: number): number => (isLogarithmic ? Math.log(value) : value);
  const [bottom, top] = [scaled(low), scaled(high)];
  const lastStep = Math.max(1, ...points.map(({ step }) => step));
  const x = (step: number): number => size.left + (step / lastStep) * (size.width - size.left - size.right);
  const y = (value: number): number =>
    size.height -
    size.bottom -
    ((scaled(value) - bottom) / (top - bottom || 1)) * (size.height - size.top - size.bottom);
  const lines = Object.values(series).map((own, index) => {
    const path = own
      .filter(({ value }) => Number.isFinite(value))
      .map(({ step, value }) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`)
      .join(' ');
    return `<polyline fill="none" stroke="${colours[index % colours.length]}" stroke-width="2" points="${path}"/>`;
  });
  const legend = Object.keys(series).map((name, index) => {
    const place = size.left + 8 + index * 190;
    return `<text x="${place}" y="${size.top + 10}" fill="${colours[index % colours.length]}">${name}</text>`;
  });
  const marks = [low, high].map(
    (value) => `<text x="4" y="${y(value).toFixed(1)}" fill="currentColor">${value.toPrecision(3)}</text>`,
  );
  return (
    `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${title} by step" font-size="12">` +
    `<path d="M${size.left} ${size.top}V${size.height - size.bottom}H${size.width - size.right}" fill="none" stroke="currentColor" opacity=".4"/>` +
    `${lines.join('')}${legend.join('')}${marks.join('')}` +
    `<text x="${size.width - size.right}" y="${size.height - 8}" text-anchor="end" fill="currentColor">step ${lastStep}</text></svg>`
  );
}
