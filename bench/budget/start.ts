import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { runCommand } from '../command.ts';
import { parseFlags } from '../usage.ts';
import { countAll } from './counts.ts';

const HELP = `Counts what each bundle holds and what each sort of message asks for, and accepts that as the budget.

  npm run budget      writes bench/budget.json, which npm test compares with: look at its diff before you commit it

  --help              this text
`;

const BUDGET = fileURLToPath(new URL('../budget.json', import.meta.url));

await runCommand({
  help: HELP,
  readFlags: (args) => parseFlags(args, { help: { type: 'boolean', default: false } } as const),
  run: async () => {
    const text = JSON.stringify(await countAll());
    const config = await resolveConfig(BUDGET);
    await writeFile(BUDGET, await format(text, { ...config, filepath: BUDGET }));
    process.stderr.write('Wrote bench/budget.json\n');
  },
});
