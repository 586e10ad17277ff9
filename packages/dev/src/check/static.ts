import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../paths.ts';
import { Explained, type StepResult } from '../steps.mjs';
import { checkOpenApi } from './openapi.ts';
import { checkPackages } from './packages.ts';
import { runTool, workspaceTool } from './tool.ts';

/** One thing that a tool can judge without running the product. Throws when it is not so. */
export type Check = { title: string; run: (tell: (line: string) => void) => Promise<StepResult> };

/** What npm test checks before the tests, in this order: what is quick first. */
export const staticChecks: Check[] = [
  { title: 'Format and lint', run: biome },
  { title: 'Lockfile names no registry', run: lockfile },
  { title: 'Types', run: types },
  { title: 'Unused code', run: async () => void (await runTool(workspaceTool('knip'), ['--no-progress'])) },
  { title: 'Import direction', run: importDirection },
  { title: 'OpenAPI document', run: checkOpenApi },
  { title: 'Package exports', run: checkPackages },
];

async function biome(): Promise<void> {
  await runTool(workspaceTool('biome'), ['check', '--error-on-warnings', '--colors=off', '.']);
}

/** Whoever installs chooses where from: the lockfile holds versions and hashes only. */
async function lockfile(): Promise<void> {
  const text = await readFile(join(projectRoot, 'pnpm-lock.yaml'), 'utf8');
  const line = text.split('\n').findIndex((each) => each.includes('://'));
  if (line >= 0)
    throw new Explained(`pnpm-lock.yaml:${line + 1} holds an address. Install again without a registry setting.`);
}

async function types(): Promise<void> {
  await runTool(workspaceTool('tsc'), ['-p', 'tsconfig.json']);
  await runTool(workspaceTool('turbo'), ['run', 'typecheck', '--output-logs=errors-only']);
}

async function importDirection(): Promise<{ detail: string }> {
  const folders = ['packages', 'apps'];
  const said = await runTool(workspaceTool('depcruise'), ['--config', '.dependency-cruiser.mjs', ...folders]);
  return { detail: /\((.*) cruised\)/.exec(said)?.[1] ?? '' };
}
