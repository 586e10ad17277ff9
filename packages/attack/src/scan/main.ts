import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, freePort, projectRoot, startTestServer, type TestServer, writeCertificate } from '@ojs/dev';
import { type Accepted, isAccepted, readAccepted } from './finding.ts';
import { JUDGES, type Judge, type Judged } from './judges.ts';
import { findTool } from './run-tool.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
/** Some judges object to a certificate that ends within a month. */
const DAYS = 90;

/** @returns how many findings nobody has explained */
async function judge({ name, tools, run }: Judge, open: () => Promise<Judged>, accepted: Accepted): Promise<number> {
  const tool = findTool(tools);
  if (tool === undefined) {
    say(`skipped  ${name}: not installed`);
    return 0;
  }
  const found = await run(tool, await open());
  const news = found.filter((finding) => !isAccepted(finding, accepted));
  const verdict = news.length === 0 ? 'good     ' : 'NEW      ';
  say(`${verdict}${name}: ${found.length - news.length} accepted, ${news.length} new`);
  for (const { id, text } of news) say(`         ${id}: ${text}`);
  return news.length;
}

/** A server of its own for each judge: the limits are the defaults, and all judges share one address. */
async function openFor(server: TestServer, directory: string, caFile: string): Promise<Judged> {
  const port = await freePort();
  const own = await server.another({ OJS_METRICS_PORT: String(port) });
  await mkdir(directory);
  return {
    address: new URL(own.url).host,
    caFile,
    key: await server.createKey({ plane: 'producer', role: 'producer' }),
    directory,
    async connections() {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return Number(/^ojs_connections (\d+)/m.exec(text)?.[1]);
    },
  };
}

async function main(): Promise<number> {
  const accepted = readAccepted(join(projectRoot, 'docs/scan-accepted.json'));
  const directory = await mkdtemp(join(tmpdir(), 'ojs-scan-'));
  const authority = await createAuthority();
  const certificate = await authority.issue({ names: ['localhost', '127.0.0.1'], days: DAYS });
  const { certFile, keyFile } = await writeCertificate(directory, 'server', certificate);
  const server = await startTestServer({
    authority,
    env: { OJS_TLS_CERT_FILE: certFile, OJS_TLS_KEY_FILE: keyFile },
  });
  try {
    const caFile = join(directory, 'ca.pem');
    await writeFile(caFile, server.ca);
    const counts = await Promise.all(
      JUDGES.map((each, i) => judge(each, () => openFor(server, join(directory, String(i)), caFile), accepted)),
    );
    return counts.some((count) => count > 0) ? 1 : 0;
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

process.exitCode = await main();
