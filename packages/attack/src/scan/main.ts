import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot, startTestServer } from '@ojs/dev';
import { type Accepted, isAccepted, readAccepted } from './finding.ts';
import { JUDGES, type Judge, type Judged } from './judges.ts';
import { findTool } from './run-tool.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** @returns how many findings nobody has explained */
async function judge({ name, tools, run }: Judge, server: Judged, accepted: Accepted): Promise<number> {
  const tool = findTool(tools);
  if (tool === undefined) {
    say(`skipped  ${name}: not installed`);
    return 0;
  }
  const found = await run(tool, server);
  const news = found.filter((finding) => !isAccepted(finding, accepted));
  const verdict = news.length === 0 ? 'good     ' : 'NEW      ';
  say(`${verdict}${name}: ${found.length - news.length} accepted, ${news.length} new`);
  for (const { id, text } of news) say(`         ${id}: ${text}`);
  return news.length;
}

/** Judges a fresh server with the defaults, but for the connections of one address, which all judges share. */
async function main(): Promise<number> {
  const accepted = readAccepted(join(projectRoot, 'docs/scan-accepted.json'));
  const directory = await mkdtemp(join(tmpdir(), 'ojs-scan-'));
  const server = await startTestServer({ env: { OJS_LIMITS_CONNECTIONS_PER_CLIENT: '2000' } });
  try {
    const caFile = join(directory, 'ca.pem');
    await writeFile(caFile, server.ca);
    const key = await server.createKey({ plane: 'producer', role: 'producer' });
    const judged = { address: new URL(server.url).host, caFile, key, directory };
    const counts = await Promise.all(JUDGES.map((each) => judge(each, judged, accepted)));
    return counts.some((count) => count > 0) ? 1 : 0;
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

process.exitCode = await main();
