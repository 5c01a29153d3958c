/**
 * Teaches Nightsift from one reviewed night and lets it judge another.
 *
 *   npx node examples/teach-and-sort.ts NIGHT LABELS.csv NEXT_NIGHT
 *
 * LABELS.csv has the columns file and label, as `nightsift label --from` reads them. Nothing is moved: the last step
 * shows what a sort would do.
 */
import { readFileSync } from 'node:fs';
import { label, openLibrary, promote, scan, sort, trainFromFits } from '../main/nightsift.ts'; // 'nightsift' in a project of your own

const [night, labelsFile, nextNight] = process.argv.slice(2);
if (night === undefined || labelsFile === undefined || nextNight === undefined) {
  console.error('usage: teach-and-sort NIGHT LABELS.csv NEXT_NIGHT');
  process.exit(2);
}

const library = openLibrary('./teach-and-sort-library');
try {
  const { session, report } = await scan(library, [night]);
  console.log(`${report.frames.length} frames, ${session.review} of them doubtful`);

  const rows = readFileSync(labelsFile, 'utf8').trim().split('\n').slice(1);
  const labels = rows.map((row) => {
    const [file = '', word] = row.trim().split(',');
    return { file, label: word === 'clean' ? ('clean' as const) : ('contaminated' as const) };
  });
  console.log(label(library, session.name, labels, 'me'));

  const model = await trainFromFits(
    library,
    { folder: night, name: 'my-judge' },
    { onMetrics: (epoch, values) => console.log(`epoch ${epoch}`, values['validation/balancedAccuracy']) },
  );
  console.log(
    `${model.reference} from run ${model.runId}: balanced accuracy ${model.metrics.balancedAccuracy}`,
  );
  promote(library, model.reference, { reason: 'example' });

  const answers = await model.predict([nextNight]);
  for (const { file, label: said, score } of answers.items) console.log(file, said, score?.toFixed(2));
  await model.close();

  const next = await scan(library, [nextNight]);
  const plan = await sort(library, {
    session: next.session.name,
    into: './sorted',
    action: 'copy',
    dryRun: true,
  });
  console.log(plan.counts);
} finally {
  await library.close();
}
