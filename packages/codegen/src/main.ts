// Writes packages/client/src/generated from the committed OpenAPI document; with --check, fails when it is not current.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Document, renderRoutes, renderTypes } from './render.ts';

const source = new URL('../../schema/openapi.json', import.meta.url);
const target = new URL('../../client/src/generated/', import.meta.url);

const read = (file: URL): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

const document = JSON.parse(readFileSync(source, 'utf8')) as Document;
const files = { 'openapi.ts': await renderTypes(document), 'routes.ts': renderRoutes(document) };
const stale = Object.entries(files).filter(([name, text]) => read(new URL(name, target)) !== text);

if (process.argv.includes('--check')) {
  for (const [name] of stale)
    process.stderr.write(
      `packages/client/src/generated/${name} is not what openapi.json says: run "pnpm --filter @ojs/codegen generate" and commit the result\n`,
    );
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  mkdirSync(target, { recursive: true });
  for (const [name, text] of stale) writeFileSync(new URL(name, target), text);
}
