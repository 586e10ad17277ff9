import { openHttp } from '../http.ts';
import { type Row, rateRow, type Scenario } from '../scenario.ts';

export const batch: Scenario = {
  name: 'batch',
  title: 'Enqueue in batches, 8 requests in flight',
  sides: ['secured server', 'bare Fastify + addBulk'],
  async run({ rounds, scale }) {
    const http = await openHttp();
    const rows: Row[] = [];
    try {
      for (const size of [100, 1_000]) {
        const outcome = await http.contest({ width: 8, batch: size }, { operations: 80_000 * scale, rounds });
        rows.push(rateRow(`batches of ${size}`, 'jobs/s', outcome, { of: 'ratio', atLeast: 1.5 }));
      }
      return rows;
    } finally {
      await http.stop();
    }
  },
};
