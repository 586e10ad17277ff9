import { parseArgs } from 'node:util';
import { ATTACKS } from './attacks.ts';
import { has, openTarget } from './target.ts';
import { readTarget, TargetFile } from './target-file.ts';

const USAGE = `npm run attack -- --target FILE [--url URL] [--ca FILE] [--only ID,ID]

Attacks a running OJS server and says what got through. FILE is JSON: url, and what else is known of the server
(packages/attack/src/target-file.ts); .ojs/dev.json of the development server is one. Without --target, --url alone tries
what needs no credential. Attack only servers that are yours.`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      target: { type: 'string' },
      url: { type: 'string' },
      ca: { type: 'string' },
      only: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help || (values.target === undefined && values.url === undefined)) {
    say(USAGE);
    return values.help ? 0 : 2;
  }
  const known = values.target === undefined ? {} : readTarget(values.target);
  const file = TargetFile.parse({
    ...known,
    ...(values.url && { url: values.url }),
    ...(values.ca && { ca: values.ca }),
  });
  const only = values.only?.split(',');
  const target = openTarget(file);
  let [held, through, skipped] = [0, 0, 0];
  for (const { id, title, needs, run } of ATTACKS) {
    if (only !== undefined && !only.includes(id)) continue;
    const missing = needs.filter((need) => !has(file, need));
    if (missing.length > 0) {
      skipped++;
      say(`skipped  ${id.padEnd(4)} ${title} (needs ${missing.join(', ')})`);
      continue;
    }
    try {
      await run(target);
      held++;
      say(`held     ${id.padEnd(4)} ${title}`);
    } catch (error) {
      through++;
      say(`THROUGH  ${id.padEnd(4)} ${title}\n         ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  target.close();
  say(`\n${held} held, ${through} got through, ${skipped} skipped`);
  return through > 0 ? 1 : 0;
}

process.exitCode = await main();
