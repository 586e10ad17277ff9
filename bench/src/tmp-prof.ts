import { Queue } from 'bullmq';
import { addMany, bullWorker, fillBull } from './bull.ts';
import { inFlight } from './in-flight.ts';
import { CALLER, newJob, openEngine } from './our-engine.ts';
import { startMeasuredRedis } from './redis.ts';
import { JOB_TYPE, sampleArgs } from './sample-job.ts';
const r = await startMeasuredRedis();
const { engine, close } = await openEngine(r.url);
const N = 20000; const ids: [string, number][] = [];
async function m(label: string, n: number, f: () => Promise<unknown>) {
  await r.client.config('RESETSTAT'); await r.client.call('SLOWLOG','RESET');
  const c0 = await r.cpu(), u0 = process.cpuUsage(), t0 = performance.now();
  await f();
  const t = performance.now() - t0, u = process.cpuUsage(u0), c = await r.cpu() - c0;
  console.log(`\n## ${label}: ${Math.round(n / t * 1000)}/s node ${((u.user + u.system) / n).toFixed(1)} redis ${(c * 1e6 / n).toFixed(1)} us/op`);
  const stats = (await r.client.info('commandstats')).split('\n').map((l) => /cmdstat_(\S+?):calls=(\d+),usec=(\d+),usec_per_call=([\d.]+)/.exec(l)).filter(Boolean) as RegExpExecArray[];
  console.log(stats.filter(x=>+x[3]! > n*0.05).map((x) => `${x[1]} ${(+x[2]! / n).toFixed(2)}x ${(+x[3]! / n).toFixed(2)}us`).join(' | '));
}
const q = new Queue('b', { connection: r.connection }); await q.waitUntilReady();
for (let k = 0; k < 2; k++) {
await m('push 1 (64)', N, () => inFlight(64, N, (i) => engine.push('t', CALLER, [newJob('q', i)])));
await m('add', N, () => inFlight(64, N, (i) => q.add(JOB_TYPE, sampleArgs(i))));
await m('push 100', N, () => inFlight(8, N / 100, () => engine.push('t', CALLER, Array.from({ length: 100 }, (_, i) => newJob('q', i)))));
await m('addBulk 100', N, () => inFlight(8, N / 100, () => addMany(q, 100)));
const mine = { queues: ['q'], count: 1, workerId: 'w', leaseMs: 60000 };
await m('fetch 1', N, () => inFlight(64, N, async () => { const [j] = await engine.fetch('t', CALLER, mine); ids.push([j!.id, j!.attempt]); }));
await m('ack', N, () => inFlight(64, N, async (i) => { const [id, attempt] = ids[i]!; await engine.ack('t', CALLER, { id, queue: 'q', workerId: 'w', attempt }, { sent: true }); }));
const w = bullWorker('b', r.connection, 64); await w.ready();
await m('bull worker', N, () => w.run(N)); await w.close();
ids.length = 0;
}

await q.close(); await close(); await r.stop();
