import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from './finding.ts';
import { runTool } from './run-tool.ts';
import { judgeSlowHttp } from './slowhttptest.ts';
import { judgeSslscan } from './sslscan.ts';
import { judgeTestssl } from './testssl.ts';

/** The server that is judged. */
export interface Judged {
  /** Host and port. */
  readonly address: string;
  /** PEM file of its authority. */
  readonly caFile: string;
  /** A producer's key: a slow body is only read of those who may send one. */
  readonly key: string;
  /** Where the judge may write. */
  readonly directory: string;
  /** How many connections the server has. */
  connections(): Promise<number>;
}

/** A program that judges. */
export interface Judge {
  readonly name: string;
  /** The names it may have. */
  readonly tools: readonly string[];
  /** @param tool its path. @throws when its report cannot be read */
  readonly run: (tool: string, server: Judged) => Promise<Finding[]>;
}

const MINUTE_MS = 60_000;
const SAMPLE_MS = 1_000;
const CONNECTIONS = '100';
const SLOW_SECONDS = 60;
/** Longer than the server keeps an idle connection (120 s), the longest of its times. */
const SLOW_READ_SECONDS = 140;

const sslscan: Judge = {
  name: 'sslscan',
  tools: ['sslscan'],
  async run(tool, { address, directory }) {
    const args = ['--no-colour', '--show-certificate', '--xml=sslscan.xml', address];
    await runTool(tool, args, directory, 2 * MINUTE_MS);
    return judgeSslscan(await readFile(join(directory, 'sslscan.xml'), 'utf8'));
  },
};

const testssl: Judge = {
  name: 'testssl.sh',
  tools: ['testssl', 'testssl.sh'],
  async run(tool, { address, directory, caFile }) {
    const args = ['--quiet', '--warnings', 'off', '--color', '0', '--ip', '127.0.0.1', '--add-ca', caFile];
    await runTool(tool, [...args, '--jsonfile', 'testssl.json', address], directory, 15 * MINUTE_MS);
    return judgeTestssl(await readFile(join(directory, 'testssl.json'), 'utf8'));
  },
};

const slow = (kind: string, path: string, seconds: number, args: (server: Judged) => readonly string[]): Judge => ({
  name: `slowhttptest, slow ${kind}`,
  tools: ['slowhttptest'],
  async run(tool, server) {
    const url = `https://${server.address}${path}`;
    const common = [
      '-c',
      CONNECTIONS,
      '-r',
      '50',
      '-i',
      '5',
      '-p',
      '3',
      '-g',
      '-o',
      kind,
      '-u',
      url,
      '-l',
      String(seconds),
    ];
    let held = 0;
    const sample = async (): Promise<void> => {
      held = await server.connections();
    };
    // With the end of the program its connections end too, so the last look before counts; it ends early when it has none left.
    const begun = Date.now();
    const sampling = setInterval(() => void sample(), SAMPLE_MS);
    await runTool(tool, [...common, ...args(server)], server.directory, 4 * MINUTE_MS);
    clearInterval(sampling);
    if (Date.now() - begun < seconds * 1_000) held = 0;
    const csv = await readFile(join(server.directory, `${kind}.csv`), 'utf8').catch(() => '');
    return judgeSlowHttp(kind, csv, held);
  },
});

export const JUDGES: readonly Judge[] = [
  sslscan,
  testssl,
  slow('headers', '/ojs/v1/health', SLOW_SECONDS, () => ['-H']),
  slow('body', '/ojs/v1/jobs', SLOW_SECONDS, ({ key }) => {
    const type = `application/json\r\nAuthorization: Bearer ${key}`;
    return ['-B', '-t', 'POST', '-s', '8192', '-f', type];
  }),
  slow('read', '/ojs/manifest', SLOW_READ_SECONDS, () => {
    const window = ['-w', '10', '-y', '20'];
    return ['-X', ...window, '-n', '5', '-z', '32', '-k', '3'];
  }),
];
