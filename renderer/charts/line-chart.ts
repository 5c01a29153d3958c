/** Chart.js with the parts that curves need, and nothing that moves. */
import {
  Chart,
  type ChartConfiguration,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
} from 'chart.js';
import zoom from 'chartjs-plugin-zoom';
import type { Palette } from './colours.ts';

Chart.register(
  LineController,
  LineElement,
  PointElement,
  LinearScale,
  LogarithmicScale,
  Tooltip,
  Legend,
  zoom,
);

export interface LineSeries {
  readonly key: string;
  readonly name: string;
  /** A variable of the style: `--filter-red`. */
  readonly colour: string;
  readonly dash?: readonly number[];
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** Told apart by colour and dash, so that nothing rests on colour alone. */
export const lineLooks: readonly { readonly colour: string; readonly dash: readonly number[] }[] = [
  { colour: '--accent', dash: [] },
  { colour: '--filter-sulphur', dash: [] },
  { colour: '--filter-oxygen', dash: [6, 3] },
  { colour: '--filter-hydrogen', dash: [6, 3] },
  { colour: '--filter-green', dash: [2, 3] },
  { colour: '--filter-other', dash: [2, 3] },
  { colour: '--filter-red', dash: [9, 3, 2, 3] },
  { colour: '--filter-luminance', dash: [9, 3, 2, 3] },
];

export type LineChart = Chart<'line', { x: number; y: number }[]>;

export function openLineChart(canvas: HTMLCanvasElement, palette: Palette, xTitle: string): LineChart {
  return new Chart(canvas, configuration(palette, xTitle));
}

export function showSeries(
  chart: LineChart,
  series: readonly LineSeries[],
  palette: Palette,
  isLogarithmic: boolean,
): void {
  chart.data.datasets = series.map(({ name, colour, dash, steps, values }) => ({
    label: name,
    data: steps.map((x, index) => ({ x, y: values[index] as number })),
    borderColor: palette.of(colour),
    backgroundColor: palette.of(colour),
    borderDash: [...(dash ?? [])],
    borderWidth: 1.6,
    // A lone point is no line.
    pointRadius: steps.length < 3 ? 3 : 0,
    pointHitRadius: 6,
  }));
  const { y } = chart.options.scales as { y: { type: string; max?: number | undefined } };
  y.type = isLogarithmic ? 'logarithmic' : 'linear';
  // What reaches 1 and no more is a share: there is nothing above it.
  const most = Math.max(
    ...series.map(({ values }) => values.reduce((one, other) => Math.max(one, other), 0)),
  );
  y.max = most === 1 && !isLogarithmic ? 1 : undefined;
  chart.update('none');
}

function configuration(
  palette: Palette,
  xTitle: string,
): ChartConfiguration<'line', { x: number; y: number }[]> {
  const quiet = palette.of('--text-quiet');
  const line = palette.of('--line');
  const scale = { ticks: { color: quiet, maxTicksLimit: 6 }, grid: { color: line }, border: { color: line } };
  return {
    type: 'line',
    data: { datasets: [] },
    options: {
      animation: false,
      parsing: false,
      normalized: true,
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: {
        x: { ...scale, type: 'linear', title: { display: true, text: xTitle, color: quiet } },
        y: { ...scale, type: 'linear' },
      },
      plugins: {
        legend: { display: false },
        tooltip: { animation: false },
        zoom: { zoom: { drag: { enabled: true, backgroundColor: palette.of('--accent-soft') }, mode: 'x' } },
      },
    },
  };
}
