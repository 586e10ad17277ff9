import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConfig, lint } from '@redocly/openapi-core';
import { projectRoot } from '../paths.ts';
import { Explained } from '../steps.mjs';
import { runTool } from './tool.ts';

const schemaPackage = join(projectRoot, 'packages/schema');
const codegenPackage = join(projectRoot, 'packages/codegen');

/** The committed OpenAPI document is what the schemas say now, and valid; the SDKs' types are what it says now. */
export async function checkOpenApi(): Promise<{ detail: string }> {
  await runTool(process.execPath, [join(schemaPackage, 'scripts/openapi.ts'), '--check'], { cwd: schemaPackage });
  await runTool(process.execPath, [join(codegenPackage, 'src/main.ts'), '--check'], { cwd: codegenPackage });
  const path = join(schemaPackage, 'openapi.json');
  const config = await createConfig({
    extends: ['recommended-strict'],
    // The document names the development server, and its tags are the resources' own names.
    rules: { 'no-server-example.com': 'off', 'tag-description': 'off' },
  });
  const problems = (await lint({ ref: path, config })).filter((problem) => !problem.ignored);
  if (problems.length > 0) {
    const lines = problems.map(({ ruleId, message, location }) => {
      const pointer = location.map((each) => ('pointer' in each ? each.pointer : '')).join(' ');
      return `${ruleId}: ${message} (${pointer})`;
    });
    throw new Explained(`packages/schema/openapi.json:\n${lines.join('\n')}`);
  }
  const { paths } = JSON.parse(readFileSync(path, 'utf8')) as { paths: Record<string, unknown> };
  return { detail: `${Object.keys(paths).length} paths` };
}
