import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { make, revoke, statusWith } from '../administered.ts';
import { type Attack, attack } from '../attack.ts';
import { changed, guessed, unknown } from '../forged-key.ts';
import { mustBeAlive, mustBeUnauthenticated, withCredential } from '../must.ts';
import type { Target } from '../target.ts';

const producerKey = ({ keys: { producer = '' } }: Target): string => producer;

export const keyGuesses: readonly Attack[] = [
  attack({
    id: 'K1',
    title: 'A key with its first or last character changed is 401, whether its checksum fits or not',
    needs: ['producer'],
    async run(target) {
      for (const place of ['first', 'last'] as const) {
        for (let i = 0; i < 200; i++) {
          const wrong = changed(producerKey(target), place, false);
          mustBeUnauthenticated(await withCredential(target, `Bearer ${wrong}`));
        }
        for (let i = 0; i < 5; i++) {
          const wrong = changed(producerKey(target), place, true);
          mustBeUnauthenticated(await withCredential(target, `Bearer ${wrong}`));
        }
      }
      strictEqual(await statusWith(target, producerKey(target)), 200);
    },
  }),
  attack({
    id: 'K2',
    title: 'An id that exists and one that does not are answered alike',
    needs: ['producer'],
    async run(target) {
      const shape = async (key: string) => {
        const answer = await withCredential(target, `Bearer ${key}`);
        const { request_id: _, ...error } = answer.body.error;
        return { status: answer.status, error, headers: Object.keys(answer.headers).sort() };
      };
      const key = producerKey(target);
      deepStrictEqual(await shape(guessed(key)), await shape(unknown(key)));
      strictEqual((await shape(guessed(key))).status, 401);
    },
  }),
  attack({
    id: 'K8',
    title: 'A thousand well-formed wrong keys of one address end in 429, and good keys go on',
    needs: ['producer', 'admin'],
    async run(target) {
      // A key of its own: only this id is slowed down.
      const victim = await make(target);
      const statuses = new Map<number, number>();
      for (let i = 0; i < 40; i++) {
        const round = Array.from({ length: 25 }, () => withCredential(target, `Bearer ${guessed(victim.key)}`));
        for (const { status, headers } of await Promise.all(round)) {
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (status === 429) ok(Number(headers['retry-after']) > 0, '429 without Retry-After');
        }
        strictEqual(await statusWith(target, producerKey(target)), 200, 'a good key suffers');
      }
      deepStrictEqual([...statuses.keys()].sort(), [401, 429]);
      ok((statuses.get(401) ?? 0) < 100, `${statuses.get(401)} guesses were looked at`);
      await revoke(target, victim);
      // For those who come after.
      await sleep(1_000);
    },
  }),
  attack({
    id: 'K9',
    title: 'Ten megabytes, NUL, line ends, other letters and emoji in a key are refused, and nothing falls over',
    needs: ['producer'],
    async run(target) {
      const key = producerKey(target);
      const host = new URL(target.url).host;
      const forms = [
        `${key}\0`,
        `\0${key}`,
        `${key}é`,
        `${key}🔑`,
        `${key}\x7f`,
        `${key}\r\nX-More: 1`,
        `ojs_${'x'.repeat(10_000_000)}`,
      ];
      for (const form of forms) {
        const sent = `GET /ojs/v1/queues HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${form}\r\nConnection: close\r\n\r\n`;
        const heard = await target.wire.raw(Buffer.from(sent, 'utf8')).catch(() => '');
        const status = /^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1];
        // A line end ends the header: what is before it is the key, and the rest is another header.
        const right = form.includes('\r\n') ? ['200'] : ['400', '401', '431', undefined];
        ok(right.includes(status), `${JSON.stringify(form.slice(-12))}: ${status}`);
      }
      await mustBeAlive(target);
    },
  }),
  attack({
    id: 'K10',
    title: 'Parts of a key, of a key and of another one, are no key',
    needs: ['producer', 'worker'],
    async run(target) {
      const { producer = '', worker = '' } = target.keys;
      const [, , id = '', secret = ''] = producer.split('_');
      const mixed = [
        producer.slice(0, -1),
        `${producer}0`,
        producer.toLowerCase(),
        producer.replace('ojs_prod', 'ojs_admin'),
        producer.replace(id, id.slice(0, -1)),
        producer.replace(id, '*'.repeat(id.length)),
        producer.replace(id, worker.split('_')[2] ?? ''),
        worker.replace(worker.split('_')[3] ?? '', secret),
      ];
      for (const each of mixed) mustBeUnauthenticated(await withCredential(target, `Bearer ${each}`));
    },
  }),
];
