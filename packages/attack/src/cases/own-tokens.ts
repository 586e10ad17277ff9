import { ok, strictEqual } from 'node:assert/strict';
import { type Attack, attack } from '../attack.ts';
import { mustBeRefused } from '../must.ts';
import { exchange, narrowed, sendForm } from '../narrowed.ts';
import type { Target } from '../target.ts';
import { mustAllBeRefused, mustBeAccepted } from './token-forms.ts';

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const read = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString());

/** A good token of the server's own, in its parts. */
async function good(target: Target) {
  const token = await narrowed(target, { scope: 'ojs:inspect ojs:enqueue' });
  await mustBeAccepted(target, token);
  const [header = '', payload = '', signature = ''] = token.split('.');
  return { token, header, payload, signature };
}

async function push({ wire }: Target, key: string | undefined, body: object = {}): Promise<string> {
  const answer = await wire.send({ path: '/ojs/v1/jobs', key, body: { type: 'attack.job', args: [], ...body } });
  strictEqual(answer.status, 201, `a job could not be enqueued: ${answer.text.slice(0, 200)}`);
  return answer.body.job.id;
}

/** Attacks on the tokens that the server issues itself. */
export const ownTokenAttacks: readonly Attack[] = [
  attack({
    id: 'A2',
    title: 'a token of the server’s own with alg none, or a symmetric one, is refused',
    needs: ['producer'],
    async run(target) {
      const { header, payload, signature } = await good(target);
      const heads = ['none', 'None', 'nOnE', 'NONE', '', undefined, 'HS256', 'ES384'].map((alg) =>
        part({ ...read(header), alg }),
      );
      await mustAllBeRefused(
        target,
        heads.flatMap((head) => [`${head}.${payload}.`, `${head}.${payload}.${signature}`]),
      );
    },
  }),
  attack({
    id: 'A5',
    title: 'a kid of a token of the server’s own that is a path, a pattern, a list or a number names no key',
    needs: ['producer'],
    async run(target) {
      const { header, payload, signature } = await good(target);
      const kids = ['../../dev/null', "'; DROP", '*', '__proto__', 'constructor', ['a'], 1, null, 'x'.repeat(4_000)];
      const heads = kids.map((kid) => part({ ...read(header), kid }));
      await mustAllBeRefused(
        target,
        heads.map((head) => `${head}.${payload}.${signature}`),
      );
    },
  }),
  attack({
    id: 'A14',
    title: 'a token of the server’s own that was changed, cut or written another way is refused',
    needs: ['producer'],
    async run(target) {
      const { token, header, payload, signature } = await good(target);
      const other = (await good(target)).signature;
      const claims = read(payload);
      const changes = [
        { sub: 'root' },
        { exp: claims.exp + 60 },
        { ojs: { ...claims.ojs, plane: 'admin', tenant: '*' } },
      ];
      await mustAllBeRefused(target, [
        ...changes.map((change) => `${header}.${part({ ...claims, ...change })}.${signature}`),
        ...[{ jwk: {} }, { jku: 'https://a.example' }, { crit: ['x'], x: 1 }, { typ: 'JWT' }].map(
          (more) => `${part({ ...read(header), ...more })}.${payload}.${signature}`,
        ),
        `${header}.${payload}.${other}`,
        token.slice(0, -1),
        `${token}=`,
        `${token}.${signature}`,
      ]);
    },
  }),
  attack({
    id: 'K3',
    title: 'a token of the server’s own that its holder revoked is refused everywhere within a second',
    needs: ['producer', 'others'],
    async run(target) {
      const { token } = await good(target);
      const child = JSON.parse((await exchange(target, { scope: 'ojs:inspect' }, token)).text).access_token;
      const urls = [target.url, ...target.others];
      const status = async (url: string) =>
        (await target.wire.send({ path: '/ojs/v1/queues', key: child, url })).status;
      for (const url of urls) strictEqual(await status(url), 200);
      strictEqual((await sendForm(target, '/ojs/v1/auth/revoke', { token })).status, 200);
      const until = Date.now() + 1_000;
      for (const url of urls) {
        while ((await status(url)) !== 401) ok(Date.now() < until, `${url} still accepts it after a second`);
      }
    },
  }),
  attack({
    id: 'Z5',
    title: 'a token for one type enqueues no other, not as the later step of a workflow either',
    needs: ['producer'],
    async run(target) {
      const key = await narrowed(target, { scope: 'ojs:enqueue', types: 'attack.job' });
      const [mine, evil] = [
        { name: 'a', type: 'attack.job', args: [] },
        { name: 'b', type: 'attack.other', args: [] },
      ];
      await push(target, key);
      const { wire } = target;
      const refusals = [
        wire.send({ path: '/ojs/v1/jobs', key, body: { type: evil.type, args: [] } }),
        wire.send({ path: '/ojs/v1/jobs/batch', key, body: { jobs: [mine, evil].map(({ name: _, ...job }) => job) } }),
        wire.send({ path: '/ojs/v1/workflows', key, body: { type: 'chain', steps: [mine, evil] } }),
        wire.send({ path: '/ojs/v1/cron', key, body: { ...mine, expression: '* * * * *' } }),
      ];
      for (const answer of await Promise.all(refusals)) mustBeRefused(answer, 403, 'permission_denied');
      for (const scope of ['ojs:admin', 'ojs:inspect']) {
        mustBeRefused(await exchange(target, { scope }, key), 400);
      }
      mustBeRefused(await exchange(target, { types: evil.type }, key), 400);
    },
  }),
  attack({
    id: 'Z10',
    title: 'a token for one job hears of no other, and changes nothing',
    needs: ['producer'],
    async run(target) {
      const [mine, other] = [await push(target, target.keys.producer), await push(target, target.keys.producer)];
      const key = await narrowed(target, { job: mine });
      const { wire } = target;
      const get = (path: string) => wire.send({ path: `/ojs/v1${path}`, key });
      strictEqual((await get(`/jobs/${mine}`)).body.job.id, mine);
      for (const path of ['', '/result', '/history', '/events']) {
        mustBeRefused(await get(`/jobs/${other}${path}`), 404, 'not_found');
      }
      for (const path of ['/queues', '/events', '/workflows', '/cron', '/dead-letter', `/events/stream?job=${other}`]) {
        mustBeRefused(await get(path), 403, 'permission_denied');
      }
      mustBeRefused(await wire.send({ method: 'DELETE', path: `/ojs/v1/jobs/${mine}`, key }), 403, 'permission_denied');
    },
  }),
];
