import { openHttp } from '../http.ts';
import { rateRow, type Scenario } from '../scenario.ts';

export const enqueue: Scenario = {
  name: 'enqueue',
  title: 'Enqueue, one job a request, 64 in flight',
  sides: ['secured server', 'bare Fastify + add'],
  async run({ rounds, scale }) {
    const http = await openHttp();
    try {
      const outcome = await http.contest({ width: 64, batch: 1 }, { operations: 20_000 * scale, rounds });
      return [rateRow('enqueue', 'jobs/s', outcome, { of: 'ratio', atLeast: 1 })];
    } finally {
      await http.stop();
    }
  },
};
