// Writes openapi.json from the schemas; with --check, fails when the committed one is not what they say.
import { readFileSync, writeFileSync } from 'node:fs';
import { openApiDocument } from '../src/openapi.ts';

const file = new URL('../openapi.json', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const text = `${JSON.stringify(openApiDocument(version), null, 2)}\n`;

if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error(
    'openapi.json is not what the schemas say: run "pnpm --filter @ojs/schema openapi" and commit the result',
  );
  process.exitCode = 1;
}
