import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Words of JavaScript and of our own that Redis has too: never called on Redis here. */
const OTHERS = new Set(
  'debug exec keys move object reset save select shutdown sort wait watch quit append type time copy role echo auth config'.split(
    ' ',
  ),
);

/** The commands of Redis that these files name: calls of Lua scripts, and methods of a client. */
export function commandsIn(patterns: readonly string[], known: ReadonlySet<string>, but?: string): string[] {
  const found = new Set<string>();
  for (const path of globSync([...patterns], { cwd: ROOT })) {
    if (path.endsWith('.test.ts') || (but !== undefined && path.startsWith(but))) continue;
    const text = readFileSync(join(ROOT, path), 'utf8');
    for (const [, name = ''] of text.matchAll(/\('([A-Z]{3,})'/g)) found.add(name.toLowerCase());
    if (!path.endsWith('.ts') || !/redis/i.test(text)) continue;
    for (const [, name = ''] of text.matchAll(/\.([a-z_]+)\(/g)) if (!OTHERS.has(name)) found.add(name);
  }
  return [...found].filter((name) => known.has(name)).sort();
}
