/** nightsift models: the registry. */
import { type Command, Option } from 'commander';
import type { ModelFeatures } from '../../../../contract/calls/models.ts';
import type { ModelVersionRow } from '../../../../contract/calls/training.ts';
import { absolute, type Context, follow, giveJson } from '../context.ts';
import { type Cell, type Column, table } from '../tables.ts';
import { destination, given } from '../targets.ts';
import { evaluationText } from './evaluate.ts';
import { spreadText } from './runs.ts';

interface JsonOption {
  readonly json?: string | true;
}
interface ExportOptions {
  readonly into?: string;
  readonly format: 'onnx' | 'safetensors';
}
interface ChangeOptions {
  readonly reason?: string;
  readonly by?: string;
}

const reference = 'NAME (its newest version), NAME@VERSION or NAME@production';

const examples = `
Examples:
  nightsift models promote judge@3 --reason "0.04 better on the March nights"
  nightsift models rollback
  nightsift models export judge@production --into judge.onnx
`;

export function addModels(program: Command, context: Context): void {
  const models = program
    .command('models')
    .description('Trained models: versions, stages, comparison, export.')
    .addHelpText('after', examples);
  addLooks(models, context);
  addStages(models, context);
  addExport(models, context);
}

function addLooks(models: Command, context: Context): void {
  models
    .command('list')
    .description('One line for each version.')
    .option('--json [file]', 'the same for machines')
    .action(async ({ json }: JsonOption) => {
      const rows = await (await context.client())('models.list', {});
      if (json !== undefined) return void (await giveJson(context, json, rows));
      const empty = 'No model yet: nightsift train-from-fits FOLDER makes one.\n';
      context.terminal.out(rows.length === 0 ? empty : table(rows, modelColumns));
    });
  models
    .command('show')
    .description('Figures, stage history and what the model was made from.')
    .argument('<model>', reference)
    .option('--json [file]', 'the same for machines, with every file of the lineage')
    .action(async (model: string, { json }: JsonOption) => {
      const shown = await (await context.client())('models.show', { model });
      if (json !== undefined) return void (await giveJson(context, json, shown));
      const { lineage } = shown;
      const history = shown.history.map(
        (change) =>
          `  ${change.at}  ${change.from} -> ${change.to}${change.by ? ` by ${change.by}` : ''}${change.reason ? `: ${change.reason}` : ''}\n`,
      );
      context.terminal.out(
        `${table([shown.model], modelColumns)}\n` +
          `From run ${lineage.run ?? '–'}, data set ${lineage.dataSet ?? '–'} (${lineage.dataSetHash ?? '–'}), ${lineage.items.length} files${lineage.engine === undefined ? '' : `; steps by ${lineage.engine}`}\n` +
          featureText(lineage.features) +
          `Stages:\n${history.join('') || '  none yet\n'}` +
          (shown.report ? `\n${evaluationText(shown.report)}` : `\n${spreadText(shown.model.metrics)}`),
      );
    });
  models
    .command('compare')
    .description('Two versions side by side.')
    .argument('<first>', reference)
    .argument('<second>', reference)
    .option('--json [file]', 'the same for machines')
    .action(async (first: string, second: string, { json }: JsonOption) => {
      const compared = await (await context.client())('models.compare', { first, second });
      if (json !== undefined) return void (await giveJson(context, json, compared));
      context.terminal.out(
        table(compared.metrics, [
          { title: 'figure', of: (row) => row.key },
          { title: nameOf(compared.first), of: (row) => row.first, significant: 4 },
          { title: nameOf(compared.second), of: (row) => row.second, significant: 4 },
          { title: 'difference', of: (row) => row.difference, significant: 3 },
        ]) + (compared.sameDataSet ? '' : 'They were measured on different data set versions.\n'),
      );
    });
}

const namedFeatures = 10;

function featureText(features: ModelFeatures | null): string {
  if (features === null) return '';
  const { of, used, importances } = features;
  const most = importances
    .slice(0, namedFeatures)
    .map(({ name, share }) => `${name} ${(100 * share).toFixed(1)} %`);
  const by = most.length === 0 ? '' : `; most by ${most.join(', ')}`;
  return `Learned from ${used === null ? 'all' : `${used.length} of`} ${of} figures${by}\n`;
}

function addStages(models: Command, context: Context): void {
  const change = (name: string, description: string, argument: string) =>
    models
      .command(name)
      .description(description)
      .argument(argument, reference)
      .option('--reason <text>', 'kept in the history')
      .option('--by <name>', 'who decides (default: the account name)');
  const who = (options: ChangeOptions) => ({
    ...given('reason', options.reason),
    by: options.by ?? context.terminal.user,
  });
  change('promote', 'Make it what scan, predict and sort use; the one before is archived.', '<model>').action(
    async (model: string, options: ChangeOptions) => {
      const client = await context.client();
      const { warnings } = await client('models.show', { model });
      for (const warning of warnings) context.terminal.err(`Note: ${warning}\n`);
      const outcome = await client('models.promote', { model, ...who(options) });
      context.terminal.out(productionText(outcome));
    },
  );
  change('stage', 'Mark it as the next one: NAME@staging. It judges nothing yet.', '<model>').action(
    async (model: string, options: ChangeOptions) => {
      const staging = { model, to: 'staging' as const, ...who(options) };
      const outcome = await (await context.client())('models.promote', staging);
      context.terminal.out(`${nameOf(outcome.model)} is in staging.\n`);
    },
  );
  change('archive', 'Take a version out of use. It is kept.', '<model>').action(
    async (model: string, options: ChangeOptions) => {
      const client = await context.client();
      const { model: before } = await client('models.show', { model });
      const row = await client('models.archive', { model, ...who(options) });
      const left = before.stage === 'production' ? emptyPlace(row) : '';
      context.terminal.out(`${nameOf(row)} is archived.\n${left}`);
    },
  );
  change('rollback', 'Put back into production what was there before.', '[model]').action(
    async (model: string | undefined, options: ChangeOptions) => {
      const input = { ...given('model', model), ...who(options) };
      context.terminal.out(productionText(await (await context.client())('models.rollback', input)));
    },
  );
}

function addExport(models: Command, context: Context): void {
  models
    .command('export')
    .description('Write a version to a file.')
    .argument('<model>', reference)
    .argument('[file]', 'the file to write')
    .option('--into <file>', 'the same as an option')
    .addOption(
      new Option('--format <format>', 'body: the weights below head and features, a backbone for others')
        .choices(['onnx', 'safetensors', 'body'])
        .default('onnx'),
    )
    .action(async (model: string, file: string | undefined, options: ExportOptions) => {
      const outcome = await follow(context, 'models.export', {
        model,
        into: absolute(context, destination(file, options.into)),
        format: options.format,
      });
      context.terminal.out(`${outcome.path}: ${outcome.bytes} bytes, SHA-256 ${outcome.hash}\n`);
    });
}

function productionText(outcome: { model: ModelVersionRow; archived: ModelVersionRow | null }): string {
  const archived = outcome.archived ? `; ${nameOf(outcome.archived)} is archived` : '';
  return `${nameOf(outcome.model)} is in production${archived}.\n`;
}

function emptyPlace(row: ModelVersionRow): string {
  return `Nothing is in production for ${row.family}/${row.task} now: nightsift models rollback ${nameOf(row)} puts it back.\n`;
}

function nameOf(row: ModelVersionRow): string {
  return `${row.name}@${row.version}`;
}

/** Of a model that nothing judged since its search, the search's own figure, marked as such. */
function figureCell({ metrics }: ModelVersionRow, name: string): Cell {
  const found = metrics[`search/${name}`];
  const own = metrics[name] ?? null;
  return own === null && found != null ? `${found.toFixed(3)} (search)` : own;
}

const modelColumns: readonly Column<ModelVersionRow>[] = [
  { title: 'model', of: nameOf },
  { title: 'stage', of: (row) => row.stage },
  { title: 'recipe', of: (row) => row.recipe },
  { title: 'balanced accuracy', of: (row) => figureCell(row, 'balancedAccuracy'), digits: 3 },
  { title: 'macro F1', of: (row) => figureCell(row, 'macroF1'), digits: 3 },
  { title: 'data set', of: (row) => row.dataSet },
  { title: 'made', of: (row) => row.createdAt },
  { title: 'ONNX', of: (row) => row.onnxHash.slice(0, 12) },
];
