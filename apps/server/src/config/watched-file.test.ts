import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readText } from './watched-file.ts';

async function aDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ojs-watched-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

test('a pipe that nobody writes to is refused, not waited for, and a file that could fill the memory is not read', async () => {
  const directory = await aDirectory();
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  await expect(readText(pipe, 'OJS_POLICY_FILE')).rejects.toThrow('(not_a_file): check OJS_POLICY_FILE');
  const huge = join(directory, 'huge');
  await writeFile(huge, '{}');
  await truncate(huge, 17 * 1024 * 1024);
  await expect(readText(huge, 'OJS_POLICY_FILE')).rejects.toThrow('(too_large)');
});
