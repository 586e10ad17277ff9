import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../paths.ts';

/** How many tests passed and failed. */
export type Count = { passed: number; failed: number };

type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
};

/** Runs the tests, all or those that `args` select, showing vitest's own report, and counts them. */
export async function runTests(args: string[]): Promise<Count> {
  const work = await mkdtemp(join(tmpdir(), 'ojs-tests-'));
  try {
    const report = join(work, 'report.json');
    const vitest = join(projectRoot, 'node_modules/vitest/vitest.mjs');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const code = await show([vitest, 'run', ...reporters, ...args]);
    const text = await readFile(report, 'utf8').catch(() => undefined);
    return text === undefined ? { passed: 0, failed: 1 } : countTests(JSON.parse(text) as VitestReport, code);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A file that cannot be loaded has no failed test, and counts as one; so does an error outside the tests. */
export function countTests(report: VitestReport, exitCode: number): Count {
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const failed = report.numFailedTests + broken.length;
  return { passed: report.numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}

function show(args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const plain = process.env.CI || !process.stdout.isTTY ? { NO_COLOR: '1', FORCE_COLOR: '0' } : {};
    const env = { ...process.env, ...plain };
    const child = spawn(process.execPath, args, { cwd: projectRoot, env, stdio: ['ignore', 'inherit', 'inherit'] });
    // Vitest does not go on without us.
    const end = (): boolean => child.kill('SIGTERM');
    process.once('exit', end);
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('exit', end);
      resolve(code ?? 1);
    });
  });
}
