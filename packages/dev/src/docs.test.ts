import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectRoot } from './paths.ts';
import { runCommand } from './run-command.ts';
import { serverEntry } from './server.ts';
import { startTestServer, type TestServer } from './test-server.ts';

/**
 * The commands of the guides (blocks marked `sh`; `shell` are examples for elsewhere), page by page, in bash, in a directory of the page's own. What they may count on: `ojs-server` and
 * the settings of a server that runs (`$OJS_URL`, `$OJS_CA_FILE`), one key for each role (`$PRODUCER_KEY`, `$WORKER_KEY`, `$ADMIN_KEY`), and that
 * the server follows `identity.json`.
 */
const needed = ['bash', 'curl', 'openssl'].filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
const docs = join(projectRoot, 'docs');
const pages = (await readdir(docs)).filter((name) => name.endsWith('.md'));
const examples = (await readdir(join(projectRoot, 'examples'))).filter(
  (name) => name.endsWith('.ts') && name !== 'development.ts',
);
const blocksOf = (text: string): string[] =>
  [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);

const MECHANISMS = [
  'keys',
  'jwt',
  'oauth',
  'tokens',
  'token-endpoint',
  'worker-registration',
  'client-certificates',
  'binding',
]
  .concat(['second-factor', 'secrets', 'redis', 'transport'])
  .map((name) => `${name}.md`);

describe('the page of a mechanism', () => {
  test.each(MECHANISMS)('%s has commands, what the audit log says, and limits', async (page) => {
    const text = await readFile(join(docs, page), 'utf8');
    expect(blocksOf(text)).not.toEqual([]);
    expect(text).toMatch(/audit log/i);
    expect(text).toMatch(/^## Limits$/m);
  });
});

test('links between pages lead somewhere', async () => {
  const texts = new Map(
    await Promise.all(pages.map(async (page) => [page, await readFile(join(docs, page), 'utf8')] as const)),
  );
  const anchors = (text = ''): string[] =>
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
  const broken = [...texts].flatMap(([page, text]) =>
    [...text.matchAll(/\]\(([a-z-]+\.md)?(?:#([^)]+))?\)/g)]
      .filter(
        ([, to = page, anchor]) => !texts.has(to) || (anchor !== undefined && !anchors(texts.get(to)).includes(anchor)),
      )
      .map(([link]) => `${page}: ${link}`),
  );
  expect(broken).toEqual([]);
});

describe.skipIf(needed.length > 0)('the commands of a guide work as they stand', () => {
  let server: TestServer;
  let directory: string;
  let env: Record<string, string | undefined>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ojs-docs-'));
    const identityFile = join(directory, 'identity.json');
    await writeFile(identityFile, '{}');
    server = await startTestServer({ env: { OJS_IDENTITY_FILE: identityFile } });
    await writeFile(join(directory, 'ca.pem'), server.ca);
    const command = join(directory, 'ojs-server');
    await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${serverEntry}' "$@"\n`);
    await chmod(command, 0o755);
    env = {
      ...server.env,
      OJS_URL: server.url,
      OJS_CA_FILE: join(directory, 'ca.pem'),
      PRODUCER_KEY: await server.createKey({ plane: 'producer', role: 'producer' }),
      WORKER_KEY: await server.createKey({ plane: 'worker', role: 'worker' }),
      ADMIN_KEY: await server.createKey({ plane: 'admin', role: 'admin', allTenants: true }),
      CURL_CA_BUNDLE: join(directory, 'ca.pem'),
      PATH: [directory, process.env.PATH].join(delimiter),
      HOME: directory,
    };
  });
  afterAll(async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  });

  /** The server has read what the page wrote. @throws when it could not use it */
  async function untilFollowed(since: number): Promise<void> {
    const { mtimeMs } = await stat(join(directory, 'identity.json'));
    if (mtimeMs <= since) return;
    await expect
      .poll(
        async () => {
          const lines = (await readFile(server.env.OJS_AUDIT_FILE ?? '', 'utf8')).split('\n').filter((line) => line);
          const told = lines
            .map((line) => JSON.parse(line))
            .filter(({ timestamp }) => Date.parse(timestamp) >= mtimeMs - 1);
          // A file that `cat` has only half written is refused before it is whole: the last word counts.
          return told.findLast(({ event_type }) => /^identity\.(changed|rejected)$/.test(event_type));
        },
        { timeout: 20_000 },
      )
      .toMatchObject({ event_type: 'identity.changed' });
  }

  /** So that no page counts on another one. */
  async function believeNothing(): Promise<void> {
    const path = join(directory, 'identity.json');
    if ((await readFile(path, 'utf8')) === '{}') return;
    const { mtimeMs } = await stat(path);
    await writeFile(path, '{}');
    await untilFollowed(mtimeMs);
  }

  test.each(examples)('examples/%s', async (name) => {
    const { PRODUCER_KEY: producer, WORKER_KEY: worker, ADMIN_KEY: admin, OJS_CA_FILE: ca } = env;
    const OJS_DEV_FILE = join(directory, 'dev.json');
    await writeFile(OJS_DEV_FILE, JSON.stringify({ url: server.url, ca, keys: { producer, worker, admin } }));
    const options = { env: { PATH: process.env.PATH, OJS_DEV_FILE }, timeoutMs: 30_000 };
    const { code, stdout, stderr } = await runCommand(process.execPath, [join(projectRoot, 'examples', name)], options);
    expect(code, `${stdout}\n${stderr}`).toBe(0);
  });

  test.each(pages)('%s', async (page) => {
    for (const block of blocksOf(await readFile(join(docs, page), 'utf8'))) {
      const { mtimeMs } = await stat(join(directory, 'identity.json'));
      const { code, stdout, stderr } = await runCommand('bash', ['--norc', '-euo', 'pipefail', '-c', block], {
        env,
        cwd: directory,
        timeoutMs: 30_000,
      });
      expect(code, `${block}\n${stdout}\n${stderr}`).toBe(0);
      await untilFollowed(mtimeMs);
    }
    await believeNothing();
  });
});
