/** nightsift policy: what each finding does, as a file to edit. */
import type { Command } from 'commander';
import { type FindingCode, hardFindings } from '../../../../contract/words.ts';
import type { Context } from '../context.ts';
import { askedPolicy, consequencePair, type PolicyOptions } from '../policy-words.ts';

const examples = `
Examples:
  nightsift policy stacking > mine.yaml                     then edit it
  nightsift scan ~/nights/2026-03-14 --policy mine.yaml
  nightsift scan ~/nights/2026-03-14 --consequence trail=advisory fewStars=ignored
`;

export function addPolicy(program: Command, context: Context): void {
  program
    .command('policy')
    .description('What each finding does to the label under a policy, as a YAML file to edit.')
    .argument('[policy]', 'strict, stacking or a YAML file', 'strict')
    .option('--consequence <finding=consequence>', 'change one: fatal, advisory or ignored', consequencePair)
    .addHelpText('after', examples)
    .action(async (policy: string, options: PolicyOptions) => {
      const asked = await askedPolicy(context, { ...options, policy });
      const table = await (await context.client())('policy.show', asked);
      const rows = Object.entries(table.consequences).filter(([code]) => !isHard(code as FindingCode));
      context.terminal.out(
        [
          '# fatal: contaminates; advisory: told, but no ground for rejecting; ignored: not even told',
          `# always fatal: ${hardFindings.join(', ')}`,
          `preset: ${table.policy}`,
          'findings:',
          ...rows.map(([code, consequence]) => `  ${code}: ${consequence}`),
          '',
        ].join('\n'),
      );
    });
}

const isHard = (code: FindingCode): boolean => hardFindings.includes(code);
