import { once } from 'node:events';
import type { IncomingMessage, Agent as PlainAgent } from 'node:http';
import { Agent, request } from 'node:https';
import { contest, LOAD } from '../contest.ts';
import { ownCpu } from '../cpu.ts';
import { openInstallation } from '../identity/installation.ts';
import { inFlight } from '../in-flight.ts';
import type { LoadTarget } from '../load/load.ts';
import { rateRow, type Scenario } from '../scenario.ts';

const WIDTH = 8;

/** What a connection costs before the first request: a full handshake each, the client in the benchmark's own process. */
export const handshake: Scenario = {
  name: 'handshake',
  title: 'Handshake: a new TLS 1.3 connection and one small request each, 8 at once',
  sides: ['client certificate', 'none'],
  async run({ rounds, scale }) {
    const installation = await openInstallation();
    const way = installation.ways.find(({ name }) => name === 'client certificate');
    if (way === undefined) throw new Error('the installation has no client certificate');
    const target = way.target(0);
    const { certificate: _, ...bare } = target;
    const cpu = { server: installation.cpu.verified, [LOAD]: ownCpu };
    try {
      const outcome = await contest(
        { run: (count) => inFlight(WIDTH, count, () => connectOnce(target)), cpu },
        { run: (count) => inFlight(WIDTH, count, () => connectOnce(bare)), cpu },
        { operations: Math.ceil(2_000 * scale), rounds },
      );
      return [rateRow('connections', 'per second', outcome)];
    } finally {
      await installation.stop();
    }
  },
};

async function connectOnce({ url, ca, certificate }: LoadTarget): Promise<void> {
  // A session that is resumed would be no handshake.
  const agent: PlainAgent = new Agent({ keepAlive: false, maxCachedSessions: 0, ...(ca && { ca }), ...certificate });
  const sent = request(new URL('/ojs/v1/health', url), { agent });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  agent.destroy();
}
