import { join } from 'node:path';
import { startChild, withoutSecrets } from '../child.ts';
import { projectRoot } from '../paths.ts';
import { dim, Explained } from '../steps.mjs';

/** The program that people copy: a job enqueued, processed and its result read back. */
export const exampleFile: string = join(projectRoot, 'examples/first-job.ts');

/** Runs the example against the development server, which it finds by `.ojs/dev.json`, and returns what it says. */
export async function runExample(): Promise<string> {
  const child = startChild(process.execPath, [exampleFile], {
    env: { ...withoutSecrets(process.env), NO_COLOR: '1' },
  });
  const code = await child.ended;
  if (code !== 0) throw new Explained(`examples/first-job.ts ended with ${code}:\n${child.output()}`);
  return child
    .output()
    .trimEnd()
    .split('\n')
    .map((line) => `    ${dim(line)}`)
    .join('\n');
}
