import { parseArgs } from 'node:util';
import { ATTACKS } from './attacks.ts';
import { type Installation, startInstallation } from './installation.ts';
import { has, openTarget, type Target } from './target.ts';
import { readTarget, TargetFile } from './target-file.ts';

const USAGE = `npm run attack -- [--target FILE] [--url URL] [--ca FILE] [--only ID,ID]

Attacks a running OJS server and says what got through. FILE is JSON: url, and what else is known of the server
(packages/attack/src/target-file.ts); .ojs/dev.json of the development server is one. --url alone tries what needs no
credential; without both, a server with every mechanism is started and attacked. Attack only servers that are yours.`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Asked {
  readonly target?: string | undefined;
  readonly url?: string | undefined;
  readonly ca?: string | undefined;
}

/** What is known of the server; a server of our own where none is named. */
async function openInstallation({ target, url, ca }: Asked): Promise<Installation> {
  if (target === undefined && url === undefined) return startInstallation();
  const known = target === undefined ? {} : readTarget(target);
  const opened = openTarget(TargetFile.parse({ ...known, ...(url && { url }), ...(ca && { ca }) }));
  return { target: opened, stop: async () => opened.close() };
}

/** How many attacks got through. */
async function tryAll(target: Target, only: readonly string[] | undefined): Promise<number> {
  let [held, through, skipped] = [0, 0, 0];
  for (const { id, title, needs, run } of ATTACKS) {
    if (only !== undefined && !only.includes(id)) continue;
    const missing = needs.filter((need) => !has(target, need));
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
  say(`\n${held} held, ${through} got through, ${skipped} skipped`);
  return through;
}

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
  if (values.help) {
    say(USAGE);
    return 0;
  }
  const installation = await openInstallation(values);
  try {
    return (await tryAll(installation.target, values.only?.split(','))) > 0 ? 1 : 0;
  } finally {
    await installation.stop();
  }
}

process.exitCode = await main();
