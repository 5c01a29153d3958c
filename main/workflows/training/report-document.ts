/** Reports in two formats, made of the same pieces: Markdown, and one HTML file without anything to load. */
import { chartOf } from './report-chart.ts';

/** A piece of the report; both formats are made of the same ones. */
export type ReportPart =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'table';
      readonly columns: readonly string[];
      readonly rows: readonly (readonly (string | number | null)[])[];
    }
  | {
      readonly kind: 'curves';
      readonly title: string;
      readonly series: Readonly<Record<string, readonly { readonly step: number; readonly value: number }[]>>;
    };

const decimals = 4;

export function rounded(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : Number(value.toFixed(decimals));
}

/** GitHub's kind of tables; a curve is given by its first, best and last value. */
export function markdownOf(title: string, parts: readonly ReportPart[]): string {
  const blocks = parts.map((part) => {
    if (part.kind === 'heading') return `## ${part.text}`;
    if (part.kind === 'text') return part.text;
    if (part.kind === 'table') return markdownTable(part.columns, part.rows);
    const rows = Object.entries(part.series).map(([name, points]) => {
      const values = points.map(({ value }) => value);
      const [first, last] = [values[0] ?? null, values.at(-1) ?? null];
      return [
        name,
        rounded(first),
        rounded(Math.min(...values)),
        rounded(Math.max(...values)),
        rounded(last),
      ];
    });
    return `### ${part.title}\n\n${markdownTable(['series', 'first', 'lowest', 'highest', 'last'], rows)}`;
  });
  return `# ${title}\n\n${blocks.join('\n\n')}\n`;
}

type Rows = readonly (readonly (string | number | null)[])[];

function markdownTable(columns: readonly string[], rows: Rows): string {
  const line = (cells: readonly (string | number | null)[]): string =>
    `| ${cells.map((cell) => String(cell ?? '–').replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const style =
  'body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}' +
  'table{border-collapse:collapse;margin:.5rem 0 1rem}td,th{padding:.2rem .7rem;border-bottom:1px solid #8886;' +
  'text-align:left}td{font-variant-numeric:tabular-nums}svg{max-width:100%;height:auto}' +
  '@media(prefers-color-scheme:dark){body{background:#14161a;color:#dde}}';

/** One file without anything to load. */
export function htmlOf(title: string, parts: readonly ReportPart[]): string {
  const blocks = parts.map((part) => {
    if (part.kind === 'heading') return `<h2>${escaped(part.text)}</h2>`;
    if (part.kind === 'text') return `<p>${escaped(part.text)}</p>`;
    if (part.kind === 'curves') return `<h3>${escaped(part.title)}</h3>${chartOf(part.title, part.series)}`;
    return htmlTable(part.columns, part.rows);
  });
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>` +
    `<style>${style}</style></head><body><h1>${escaped(title)}</h1>\n${blocks.join('\n')}\n</body></html>\n`
  );
}

function htmlTable(columns: readonly string[], rows: Rows): string {
  const cells = (row: readonly (string | number | null)[], tag: string): string =>
    `<tr>${row.map((cell) => `<${tag}>${escaped(String(cell ?? '–'))}</${tag}>`).join('')}</tr>`;
  return `<table>${cells(columns, 'th')}${rows.map((row) => cells(row, 'td')).join('')}</table>`;
}
