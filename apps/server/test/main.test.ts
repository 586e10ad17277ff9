import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateKey } from '../src/identity/api-key/key.ts';
import { type Harness, runMain, startHarness } from './http-harness.ts';

const run = async (args: string[], env: Record<string, string> = {}): Promise<{ code: unknown; output: string }> => {
  const child = runMain(args, env);
  return { code: await child.ended, output: child.output() };
};
const development = { OJS_ENV: 'development', OJS_PLAIN_PORT: '0', OJS_REDIS_URL: 'unix:///nowhere/redis.sock' };

describe('the command line', () => {
  it.each([[[]], [['begin']], [['start', 'now']], [['config']], [['config', 'show']]])(
    '%j is answered with the usage and exit code 2',
    async (args) => expect(await run(args)).toEqual({ code: 2, output: expect.stringContaining('ojs-server start') }),
  );

  it.each([
    ['--api-key=hunter2'],
    ['--password', 'hunter2'],
    ['--redis-password=hunter2'],
    ['--secret=hunter2'],
    ['--token=hunter2'],
    ['--vault-token=hunter2'],
    ['hvs.hunter2hunter2hunter2hunter2'],
    ['-----BEGIN PRIVATE KEY-----hunter2'],
  ])('a secret is refused: %s', async (...args) => {
    const { code, output } = await run(['start', ...args], development);
    expect(code).toBe(2);
    expect(output).toContain('OJS_SECRET_NAME');
    expect(output).not.toContain('hunter2');
  });

  it('a whole key is refused; its id, which is no secret, is told', async () => {
    const key = generateKey('prod');
    const { code, output } = await run(['keys', 'revoke', key.text], development);
    expect(code).toBe(2);
    expect(output).toContain(`its id alone, ${key.id}`);
    expect(output).not.toContain(key.text.slice(-49, -6));
  });

  it('config check shows the configuration without secrets', async () => {
    const { code, output } = await run(['config', 'check'], { ...development, OJS_SECRET_REDIS_PASSWORD: 'hunter2' });
    expect(code).toBe(0);
    expect(output).toMatch(/"REDIS_PASSWORD": "\[secret\]"/);
    expect(output).toMatch(/\nok\n$/);
    expect(output).not.toContain('hunter2');
  });

  it('the environment holds no secret any more once the configuration is read: no child could inherit one', async () => {
    const seen = "process.on('exit', () => process.stdout.write(JSON.stringify(Object.entries(process.env))))";
    const { code, output } = await run(['config', 'check'], {
      ...development,
      OJS_SECRET_A: 'hunter2',
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(seen)}`,
    });
    expect(code).toBe(0);
    expect(output).toContain('["OJS_ENV","development"]');
    expect(output).not.toContain('hunter2');
  });

  it('config check lists every mistake by name, and so does start', async () => {
    for (const args of [['config', 'check'], ['start']]) {
      const { code, output } = await run(args, { OJS_PORT: 'x', OJS_REDIS_URI: 'y' });
      expect(code).toBe(1);
      for (const name of ['OJS_PORT', 'OJS_REDIS_URI', 'OJS_REDIS_URL', 'OJS_TLS_CERT_FILE', 'OJS_TLS_KEY_FILE'])
        expect(output).toContain(name);
    }
  });

  it('a Redis that cannot be reached at the start is named, with exit code 1', async () => {
    const { code, output } = await run(['start'], development);
    expect(code).toBe(1);
    expect(output).toMatch(/Redis at unix:\/\/\/nowhere\/redis\.sock cannot be reached.*OJS_REDIS_URL/);
  });
});

describe('a running server', () => {
  let ojs: Harness;
  let admin: string;
  beforeAll(async () => {
    ojs = await startHarness({ OJS_LOG_LEVEL: 'info' }, { asChild: true });
    admin = await ojs.key('admin', 'admin');
  });
  afterAll(() => ojs.stop());

  it('says ready in its log, with where it listens', () => {
    const ready = ojs.child
      ?.output()
      .split('\n')
      .find((line) => line.includes('"message":"ready"'));
    expect(JSON.parse(ready ?? '{}')).toMatchObject({ url: ojs.server.url, plain_url: ojs.server.plainUrl });
  });

  it('names the setting of a port that is taken', async () => {
    const { code, output } = await run(['start'], { ...ojs.env, OJS_PORT: String(ojs.port) });
    expect(code).toBe(1);
    expect(output).toContain(`port ${ojs.port} on 127.0.0.1 is taken: choose another with OJS_PORT`);
    const plain = new URL(ojs.server.plainUrl ?? '').port;
    expect((await run(['start'], { ...ojs.env, OJS_PLAIN_PORT: plain })).output).toContain(
      'choose another with OJS_PLAIN_PORT',
    );
  });

  it('refuses a key space that a newer server wrote', async () => {
    const { client } = ojs.connections;
    await client.set('{ojs}/format', '999');
    const { code, output } = await run(['start'], ojs.env);
    await client.set('{ojs}/format', '1');
    expect([code, output]).toEqual([1, expect.stringContaining('format 999')]);
  });

  it('says that the password of Redis is wrong, and never the password', async () => {
    const { client } = ojs.connections;
    await client.config('SET', 'requirepass', 'right');
    const { code, output } = await run(['start'], { ...ojs.env, OJS_SECRET_REDIS_PASSWORD: 'hunter2' });
    await client.config('SET', 'requirepass', '');
    expect([code, output]).toEqual([1, expect.stringMatching(/wrong password.*OJS_SECRET_REDIS_PASSWORD/)]);
    expect(output).not.toContain('hunter2');
  });

  it('stops in good order on SIGTERM: who waits is answered at once, who sends may finish, and the exit code is 0', async () => {
    const waiting = ojs.send('POST', '/ojs/v1/workers/fetch', { key: admin, body: { queues: ['q'], wait_ms: 25_000 } });
    const body = '{"type":"a","args":[]}';
    const sending = await ojs.socket();
    sending.write(
      `POST /ojs/v1/jobs HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${admin}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 9)}`,
    );
    const idle = await ojs.socket();
    idle.resume();
    // Answered after both, so they have arrived.
    for (let i = 0; i < 3; i++) await ojs.send('GET', '/ojs/v1/health');
    const closed = once(idle, 'close');
    ojs.child?.process.kill('SIGTERM');
    expect((await waiting).body).toEqual({ jobs: [] });
    await closed;
    sending.write(body.slice(9));
    const [data] = (await once(sending, 'data')) as [Buffer];
    expect(data.toString()).toMatch(/^HTTP\/1\.1 201/);
    expect(data.toString()).toMatch(/\r\nConnection: close\r\n/);
    expect(await ojs.child?.ended).toBe(0);
    const types = (await ojs.audit()).map(({ event_type }) => event_type);
    expect([types[0], types.at(-1)]).toEqual(['server.started', 'server.stopped']);
  });

  it('has no credential made of which nobody would find a record; what only reads is answered', async () => {
    const env = { ...ojs.env, OJS_AUDIT_FILE: '/nowhere/audit.jsonl' };
    const create = ['keys', 'create', '--plane', 'producer', '--role', 'producer', '--principal', 'unseen'];
    const [created, listed] = [await run(create, env), await run(['keys', 'list'], env)];
    expect(created).toEqual({ code: 1, output: expect.stringMatching(/nothing was done: check OJS_AUDIT_FILE/) });
    expect(listed.code).toBe(0);
    expect(listed.output).not.toContain('unseen');
  });
});

describe('production', () => {
  it('serves TLS only, and a signal does not open the inspector', async () => {
    const ojs = await startHarness(
      { OJS_ENV: undefined, OJS_PLAIN_PORT: undefined, OJS_LOG_LEVEL: 'info' },
      { asChild: true },
    );
    try {
      expect(ojs.server.plainUrl).toBeUndefined();
      ojs.child?.process.kill('SIGUSR1');
      expect((await ojs.send('GET', '/ojs/v1/health')).status).toBe(200);
      expect(ojs.child?.output()).not.toContain('Debugger listening');
    } finally {
      await ojs.stop();
    }
  });
});
