import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { administer, make, PRODUCER, revoke, rotate, statusWith } from '../administered.ts';
import { type Attack, attack } from '../attack.ts';
import { mustBeRefused } from '../must.ts';
import type { Target } from '../target.ts';

/** Opens a stream of events, and resolves when the server has begun to answer. */
async function follow(target: Target, key: string): Promise<{ closed: Promise<unknown> }> {
  const socket = await target.wire.connect();
  socket.on('error', () => undefined).resume();
  const closed = once(socket, 'close');
  const host = new URL(target.url).host;
  socket.write(
    `GET /ojs/v1/events/stream HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${key}\r\nConnection: close\r\n\r\n`,
  );
  const [begin] = (await once(socket, 'data')) as [Buffer];
  ok(/^HTTP\/1\.1 200/.test(begin.toString('latin1')), begin.toString('latin1').slice(0, 200));
  return { closed };
}

export const keyLives: readonly Attack[] = [
  attack({
    id: 'K3',
    title: 'A revoked key is 401 within a second at every server that had seen it, and its streams are closed',
    needs: ['admin', 'others'],
    async run(target) {
      const made = await make(target);
      const servers = [target.url, ...target.others];
      for (const url of servers) strictEqual(await statusWith(target, made.key, url), 200);
      const stream = await follow(target, made.key);
      strictEqual((await revoke(target, made)).status, 200);
      strictEqual(await statusWith(target, made.key), 401, 'at the server that revoked it');
      await sleep(1_000);
      for (const url of servers) strictEqual(await statusWith(target, made.key, url), 401, url);
      const late = sleep(2_000, 'open', { ref: false });
      ok((await Promise.race([stream.closed, late])) !== 'open', 'a stream of a revoked key is open');
    },
  }),
  attack({
    id: 'K4',
    title: 'After a rotation one secret before is accepted until its grace ends; of rotations at one moment one wins',
    needs: ['admin'],
    async run(target) {
      const made = await make(target);
      const second = await rotate(target, made, { grace_seconds: 2 });
      deepStrictEqual([await statusWith(target, made.key), await statusWith(target, second)], [200, 200]);
      await sleep(2_100);
      deepStrictEqual([await statusWith(target, made.key), await statusWith(target, second)], [401, 200]);
      const third = await rotate(target, made);
      const fourth = await rotate(target, made);
      const four = [made.key, second, third, fourth];
      deepStrictEqual(await Promise.all(four.map((key) => statusWith(target, key))), [401, 401, 200, 200]);
      const fifth = await rotate(target, made, { grace_seconds: 0 });
      deepStrictEqual([await statusWith(target, fourth), await statusWith(target, fifth)], [401, 200]);
      const ten = Array.from({ length: 10 }, () =>
        administer(target, `/${made.id}/rotate`, { body: { generation: 4 } }),
      );
      const statuses = (await Promise.all(ten)).map(({ status }) => status).sort();
      deepStrictEqual(statuses, [200, ...Array<number>(9).fill(409)]);
      await revoke(target, made);
    },
  }),
  attack({
    id: 'K5',
    title: 'A key that is over, or not yet valid, is 401',
    needs: ['admin'],
    async run(target) {
      const short = await make(target, { ...PRODUCER, expires_at: '+PT2S' });
      const early = await make(target, { ...PRODUCER, not_before: '+P1D' });
      strictEqual(await statusWith(target, short.key), 200);
      strictEqual(await statusWith(target, early.key), 401);
      await sleep(2_100);
      strictEqual(await statusWith(target, short.key), 401);
      await revoke(target, early);
    },
  }),
  attack({
    id: 'K6',
    title: 'A key that somebody brings along is refused: the server makes keys, of 256 random bits',
    needs: ['admin'],
    async run(target) {
      for (const more of [{ key: 'hunter2' }, { secret: 'hunter2' }]) {
        const answer = await administer(target, '', { body: { ...PRODUCER, ...more } });
        mustBeRefused(answer, 422, 'invalid_request');
        ok(!answer.text.includes('hunter2'), 'the answer repeats the secret');
      }
    },
  }),
  attack({
    id: 'K7',
    title: 'A key is shown once: no list, no later answer, no record has it or its hash',
    needs: ['admin', 'audit'],
    async run(target) {
      const since = Date.now() - 1_000;
      const made = await make(target);
      const next = await rotate(target, made);
      const texts = [
        (await administer(target, `/${made.id}`)).text,
        (await administer(target, '?limit=200')).text,
        (await administer(target, `/${made.id}`, { method: 'PATCH', body: { label: 'x' } })).text,
        (await revoke(target, made)).text,
        (await administer(target, `/${made.id}/rotate`, { body: {} })).text,
      ];
      await sleep(200);
      texts.push(JSON.stringify(target.audit(since)));
      for (const text of texts) {
        for (const key of [made.key, next]) ok(!text.includes(key.slice(-49, -6)), 'a secret is told');
        ok(!/"(hash|salt|secrets)"/.test(text), 'a hash is told');
      }
      ok(texts[0]?.includes(`ojs_prod_…${made.id.slice(-4)}`));
    },
  }),
  attack({
    id: 'K12',
    title: 'Nobody makes a credential with more rights than its own, nor in another tenant; others make none',
    needs: ['producer', 'worker', 'operator', 'admin'],
    async run(target) {
      const { producer, worker, operator } = target.keys;
      for (const key of [producer, worker, operator]) {
        mustBeRefused(await administer(target, '', { key, body: PRODUCER }), 403, 'permission_denied');
        mustBeRefused(await administer(target, '', { key }), 403, 'permission_denied');
      }
      const tenant = `attack-${Date.now()}`;
      const admin = { plane: 'admin', roles: ['admin'], principal: 'attack-admin' };
      const local = await make(target, { ...admin, tenant });
      for (const beyond of ['*', '_default', `${tenant}-2`]) {
        const answer = await administer(target, '', { key: local.key, body: { ...PRODUCER, tenant: beyond } });
        mustBeRefused(answer, 403, 'permission_denied');
      }
      const foreign = await make(target);
      for (const path of [`/${foreign.id}/rotate`, `/${foreign.id}/revoke`]) {
        mustBeRefused(await administer(target, path, { key: local.key, body: {} }), 404, 'not_found');
      }
      mustBeRefused(await administer(target, `/${foreign.id}`, { key: local.key }), 404, 'not_found');
      const limited = await make(target, { ...admin, tenant, queues: ['a'], principal: 'attack-limited' });
      mustBeRefused(await administer(target, '', { key: limited.key, body: PRODUCER }), 403, 'permission_denied');
      for (const made of [limited, foreign, local]) strictEqual((await revoke(target, made)).status, 200);
    },
  }),
];
