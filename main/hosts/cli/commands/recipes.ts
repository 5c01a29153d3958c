/** nightsift recipes: what can be trained, and the settings that each recipe takes. */
import type { Command } from 'commander';
import { type Context, giveJson, wrongUse } from '../context.ts';
import { table } from '../tables.ts';

export function addRecipes(program: Command, context: Context): void {
  program
    .command('recipes')
    .description('What can be trained; with a name, the settings of that recipe.')
    .argument('[recipe]')
    .option('--json [file]', 'the same for machines')
    .addHelpText('after', '\nExample:\n  nightsift recipes star-crops\n')
    .action(async (name: string | undefined, options: { json?: string | true }) => {
      const recipes = await (await context.client())('recipes.list', {});
      const chosen = recipes.find((recipe) => recipe.name === name);
      if (name !== undefined && chosen === undefined)
        throw wrongUse(
          `There is no recipe "${name}". Recipes: ${recipes.map((recipe) => recipe.name).join(', ')}.`,
        );
      if (await giveJson(context, options.json, chosen ?? recipes)) return;
      if (chosen === undefined) {
        context.terminal.out(
          table(recipes, [
            { title: 'recipe', of: (row) => row.name },
            { title: 'what it is', of: (row) => row.summary },
          ]),
        );
        return;
      }
      const settings = table(chosen.settings, [
        { title: 'setting', of: (row) => row.name },
        { title: 'default', of: (row) => String(chosen.parameters[row.name] ?? '') },
        { title: 'takes', of: (row) => row.takes },
        { title: 'what it does', of: (row) => row.description },
      ]);
      context.terminal.out(`${chosen.name}: ${chosen.summary}\n${settings}`);
    });
}
