import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StartProblem } from '../start-problem.ts';
import { type MetricsListener, openMetrics } from './metrics-listener.ts';

let listener: MetricsListener;
beforeAll(async () => {
  listener = await openMetrics(0, async () => 'ojs_up 1\n');
});
afterAll(() => listener.close());

const ask = (
  path: string,
  { method = 'GET', host = 'localhost' } = {},
): Promise<[number, string, string | undefined]> =>
  new Promise((resolve, reject) => {
    request(new URL(path, listener.url), { method, headers: { host } }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        text += chunk;
      });
      answer.on('end', () => resolve([answer.statusCode ?? 0, text, answer.headers['content-type']]));
    })
      .on('error', reject)
      .end();
  });

describe('the metrics listener', () => {
  it('answers with the metrics and nothing else', async () => {
    expect(await ask('/metrics')).toEqual([200, 'ojs_up 1\n', 'text/plain']);
    expect((await ask('/ojs/v1/queues'))[0]).toBe(404);
    expect((await ask('/metrics', { method: 'POST' }))[0]).toBe(405);
  });

  it('does not answer a page that made its own name lead here', async () => {
    expect(await ask('/metrics', { host: 'evil.example' })).toEqual([403, '', 'text/plain']);
  });

  it('names the setting when its port is taken', async () => {
    const port = Number(new URL(listener.url).port);
    const second = openMetrics(port, async () => '');
    await expect(second).rejects.toThrow(StartProblem);
    await expect(second).rejects.toThrow(/OJS_METRICS_PORT/);
  });
});
