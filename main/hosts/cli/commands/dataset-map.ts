/** nightsift dataset map: which items are alike. */
import { type Command, Option } from 'commander';
import { type ItemMap, type MapQuestion, mapMethods } from '../../../../contract/calls/data-sets.ts';
import { numberBetween, wholeNumber } from '../arguments.ts';
import { absolute, type Context, checkJson, follow, giveJson } from '../context.ts';
import { refuseOccupied, writeOutputFile } from '../output-file.ts';
import { type Column, csv, table } from '../tables.ts';

interface MapOptions extends Omit<MapQuestion, 'dataSet'> {
  readonly csv?: string;
  readonly json?: string | true;
}

export function addDataSetMap(dataset: Command, context: Context): void {
  dataset
    .command('map')
    .description('Lay the items out on a plane, alike ones near each other, and put them into groups.')
    .argument('<dataset>', 'NAME (its newest version), NAME@VERSION or the start of its hash')
    .addOption(new Option('--method <method>', 'how').choices(mapMethods).default('t-sne'))
    .addOption(
      new Option('--by <figures>', 'features, or what the body that comes with Nightsift makes of frames')
        .choices(['features', 'embeddings'])
        .default('features'),
    )
    .addOption(
      new Option('--scaling <scaling>', 'of the figures, before they are compared')
        .choices(['standard', 'robust', 'minmax', 'none'])
        .default('standard'),
    )
    .option('--perplexity <n>', 'about how many neighbours of an item count', numberBetween(2, 500), 30)
    .option('--iterations <n>', 'steps of t-SNE', wholeNumber(50), 750)
    .option('--groups <n>', 'groups around centres (k-means); 0 for none', wholeNumber(0), 0)
    .option('--most-items <n>', 'of more as many are drawn', wholeNumber(4), 4000)
    .option('--seed <n>', 'seed', wholeNumber(0), 1)
    .option('--csv <file>', 'one line for each item: session, file, label, split, x, y, group')
    .option('--json [file]', 'the same for machines')
    .action(async (dataSet: string, { csv: file, json, ...question }: MapOptions) => {
      if (file !== undefined) refuseOccupied(absolute(context, file), csv([], mapColumns));
      checkJson(context, json);
      const map = await follow(context, 'datasets.map', { dataSet, ...question });
      if (file !== undefined) await writeOutputFile(absolute(context, file), csv(map.items, mapColumns));
      if (!(await giveJson(context, json, map))) context.terminal.out(mapText(map));
    });
}

const mapColumns: readonly Column<ItemMap['items'][number]>[] = [
  { title: 'session', of: (item) => item.session },
  { title: 'file', of: (item) => item.file },
  { title: 'label', of: (item) => item.label },
  { title: 'split', of: (item) => item.split },
  { title: 'x', of: (item) => item.x },
  { title: 'y', of: (item) => item.y },
  { title: 'group', of: (item) => item.group },
];

function mapText({ dataSet, items, leftOut, figures }: ItemMap): string {
  const more = leftOut === 0 ? '' : `, ${leftOut} more not drawn`;
  const told = table(Object.entries(figures), [
    { title: 'figure', of: ([name]) => name },
    { title: 'value', of: ([, value]) => value, significant: 4 },
  ]);
  return `${items.length} items of ${dataSet}${more}\n${told}${groupsText(items)}`;
}

/** How many of each label are in each group. */
function groupsText(items: ItemMap['items']): string {
  const groups = [...new Set(items.flatMap(({ group }) => group ?? []))].sort((one, other) => one - other);
  if (groups.length === 0) return '';
  const labels = [...new Set(items.map(({ label }) => label))].sort();
  const count = (group: number, label: string) =>
    items.filter((item) => item.group === group && item.label === label).length;
  return `\n${table(groups, [
    { title: 'group', of: (group) => group },
    ...labels.map((label) => ({ title: label, of: (group: number) => count(group, label) })),
  ])}`;
}
