import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { contest, LOAD } from '../contest.ts';
import { startFlood } from '../flood/flood.ts';
import { type Installation, openInstallation } from '../identity/installation.ts';
import { newSigningKey } from '../identity/jws.ts';
import { startLoad } from '../load/load.ts';
import { type Row, rateRow, type Scenario } from '../scenario.ts';

const WIDTH = 64;
const PER_SECOND = 1_000;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const random = (length: number): string =>
  [...randomBytes(length)].map((byte) => DIGITS[byte % DIGITS.length]).join('');

/** Well-formed and wrong: only the record can tell. */
function wrongKey(id: string): string {
  const body = `ojs_prod_${id}_${random(43)}`;
  let [rest, checksum] = [crc32(body), ''];
  for (let digit = 0; digit < 6; digit++, rest = Math.floor(rest / 62)) checksum = DIGITS[rest % 62] + checksum;
  return body + checksum;
}

function kindsOf({ token, knownId }: Installation): Readonly<Record<string, () => string>> {
  const [strange, exp] = [newSigningKey(), Math.floor(Date.now() / 1_000) - 3_600];
  return {
    'API keys that do not exist': () => wrongKey(random(12)),
    'wrong secrets of a key that exists': () => wrongKey(knownId),
    'JWTs with a wrong signature': () => token({}, strange),
    'JWTs that have expired': () => token({ iat: exp - 60, exp }),
    'opaque tokens': () => random(40),
  };
}

/** A good client among attackers, to itself alone. */
export const badCredentials: Scenario = {
  name: 'bad-credentials',
  title: `Bad credentials: a good client beside ${PER_SECOND.toLocaleString('en')} a second from other addresses (64 in flight)`,
  sides: ['beside', 'alone'],
  async run({ rounds, scale }) {
    const installation = await openInstallation();
    const { cpu, ways } = installation;
    const [apiKey] = ways;
    if (apiKey === undefined) throw new Error('there is no way to say who is asking');
    const target = apiKey.target(0);
    const load = await startLoad(target);
    const flood = startFlood();
    const measure = async (name: string, make: () => string, path?: string): Promise<Row> => {
      const credentials = Array.from({ length: 5_000 }, () => `Bearer ${make()}`);
      const send = { run: (requests: number) => load.run({ requests, width: WIDTH, batch: 1 }) };
      const meters = { server: cpu.verified, redis: cpu.redis, [LOAD]: load.cpu };
      const beside = {
        prepare: () =>
          flood.begin({
            url: target.url,
            ca: target.ca ?? '',
            credentials,
            perSecond: PER_SECOND,
            ...(path && { path }),
          }),
        after: () => flood.end(),
      };
      const outcome = await contest(
        { ...send, ...beside, cpu: meters },
        { ...send, cpu: meters },
        { operations: 20_000 * scale, rounds },
      );
      return rateRow(name, 'jobs/s', outcome, path === undefined ? { of: 'ratio', atLeast: 0.8 } : undefined);
    };
    try {
      // What the attacker's own work takes of the machine, whoever he asks: nobody is identified here.
      const rows: Row[] = [await measure('(as many requests without any identification)', () => 'x', '/ojs/v1/health')];
      for (const [name, make] of Object.entries(kindsOf(installation))) rows.push(await measure(name, make));
      return rows;
    } finally {
      await Promise.all([flood.stop(), load.stop()]);
      await installation.stop();
    }
  },
};
