import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AuditEvent } from './audit.ts';
import { createAuditLog } from './create-audit-log.ts';
import { Logins } from './logins.ts';
import { redactText } from './redact.ts';

let directory: string;
const file = (name = 'audit.jsonl'): string => join(directory, name);
const fail = (error: Error): never => {
  throw error;
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-audit-'));
});
afterEach(() => rm(directory, { recursive: true }));

const lines = async (path = file()): Promise<Record<string, unknown>[]> =>
  (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

const event = (change: Partial<AuditEvent> = {}): AuditEvent => ({
  ...{ event_type: 'queue.purged', principal: 'admin@example.com', source_ip: '10.0.1.50', correlation_id: 'r1' },
  ...{ tenant: '_default', outcome: 'success', detail: { queue: 'payments', jobs_purged: 150 } },
  ...change,
});

test('a record is one JSON line with the fields of the security page, the correlation id and the tenant', async () => {
  const audit = createAuditLog({ file: file(), onFailure: fail, now: () => Date.UTC(2026, 1, 15, 10, 30) });
  audit.record(event());
  await audit.close();
  expect(await lines()).toEqual([{ timestamp: '2026-02-15T10:30:00.000Z', ...event() }]);
});

test('records keep their order, are appended, and the file is for its owner only', async () => {
  for (const start of [0, 500]) {
    const audit = createAuditLog({ file: file(), onFailure: fail });
    for (let i = 0; i < 500; i++) {
      audit.record(event({ correlation_id: `r${start + i}` }));
      if (i % 100 === 0) await new Promise(setImmediate);
    }
    await audit.close();
  }
  expect((await lines()).map((each) => each.correlation_id)).toEqual(Array.from({ length: 1_000 }, (_, i) => `r${i}`));
  expect((await stat(file())).mode & 0o777).toBe(0o600);
});

test('after a log rotation, records go to the new file', async () => {
  const audit = createAuditLog({ file: file(), onFailure: fail });
  audit.record(event({ correlation_id: 'old' }));
  await vi.waitFor(async () => expect(await lines()).toHaveLength(1), { timeout: 20_000 });
  await rename(file(), file('audit.1'));
  audit.reopen();
  audit.record(event({ correlation_id: 'new' }));
  await audit.close();
  expect([await lines(file('audit.1')), await lines()]).toMatchObject([
    [{ correlation_id: 'old' }],
    [{ correlation_id: 'new' }],
  ]);
});

test('what cannot be written is kept, told once, and written when it can be; nobody hears an exception', async () => {
  await writeFile(file('in the way'), '');
  const failures: Error[] = [];
  const path = join(directory, 'in the way', 'audit.jsonl');
  const audit = createAuditLog({ file: path, onFailure: (error) => failures.push(error) });
  audit.record(event({ correlation_id: 'r1' }));
  await vi.waitFor(() => expect(failures).toHaveLength(1), { timeout: 20_000 });
  audit.record(event({ correlation_id: 'r2' }));
  await rm(file('in the way'));
  await (await import('node:fs/promises')).mkdir(file('in the way'));
  await vi.waitFor(
    async () => expect(await lines(path)).toMatchObject([{ correlation_id: 'r1' }, { correlation_id: 'r2' }]),
    { timeout: 5_000 },
  );
  await audit.close();
  expect(failures).toHaveLength(1);
});

test('closing ends also when nothing can be written', async () => {
  const failures: Error[] = [];
  const audit = createAuditLog({ file: join(directory, 'missing', 'x'), onFailure: (error) => failures.push(error) });
  audit.record(event());
  await audit.close();
  expect(failures).toHaveLength(1);
});

test('while a stream does not take anything, waiting records are bounded, and those lost are counted in a record', async () => {
  const chunks: Buffer[] = [];
  let release: (() => void) | undefined;
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      if (release === undefined) release = done;
      else done();
    },
  });
  const audit = createAuditLog({ stream, onFailure: fail });
  audit.record(event());
  await vi.waitFor(() => expect(release).toBeDefined(), { timeout: 20_000 });
  const detail = { text: 'x '.repeat(400) };
  const count = 40_000;
  for (let i = 0; i < count; i++) audit.record(event({ detail }));
  release?.();
  await audit.close();
  const records: AuditEvent[] = Buffer.concat(chunks)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const lost = records.find((each) => each.event_type === 'audit.records_lost')?.detail.count as number;
  expect(lost).toBeGreaterThan(0);
  expect(records.length - 1 + lost).toBe(count + 1);
});

describe('a flood of failures', () => {
  test('leaves one record each up to the limit, then one with the count; successes are all recorded', async () => {
    const audit = createAuditLog({
      file: file(),
      onFailure: fail,
      flood: { limit: 5, intervalMs: 60_000, sources: 10 },
    });
    for (let i = 0; i < 1_000; i++) {
      audit.record(event({ event_type: 'permission.denied', outcome: 'failure', detail: { queue: 'b' } }));
    }
    for (let i = 0; i < 20; i++) audit.record(event());
    await audit.close();
    const all = await lines();
    const denied = all.filter((each) => each.event_type === 'permission.denied');
    expect(denied).toHaveLength(6);
    expect(denied.at(-1)).toMatchObject({ principal: 'several', source_ip: '10.0.1.50', detail: { suppressed: 995 } });
    expect(all.filter((each) => each.outcome === 'success')).toHaveLength(20);
  });

  test('is counted at the end of its interval, not only at the end of the server', async () => {
    let now = 0;
    const flood = { limit: 1, intervalMs: 20, sources: 10 };
    const audit = createAuditLog({ file: file(), onFailure: fail, flood, now: () => now });
    for (let i = 0; i < 3; i++) audit.record(event({ outcome: 'failure' }));
    now = 20;
    await vi.waitFor(async () => expect(await lines()).toHaveLength(2), { timeout: 20_000 });
    await audit.close();
    expect(await lines()).toMatchObject([{ outcome: 'failure' }, { detail: { suppressed: 2 } }]);
  });
});

describe('no credential gets into a record (L6)', () => {
  const id = 'Ab3dEf6hIj9l';
  const secret = 'S3cr3t'.repeat(8);
  const key = `ojs_prod_${id}_${secret}x`;

  test.each([
    [key, `ojs_prod_…${id.slice(-4)}`],
    [`header was Bearer ${key}!`, `header was Bearer ojs_prod_…${id.slice(-4)}!`],
    ['Authorization: Basic dXNlcjpwYXNzd29yZA==', 'Authorization: Basic …'],
    ['bearer abcdefgh1234', 'bearer …'],
    ['eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln', 'eyJ…'],
    ['redis://user:hunter2@host', 'redis://user:…@host'],
    ['a -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- b', 'a -----BEGIN … b'],
    ['scan otpauth://totp/OJS:a?secret=JBSWY3DPEHPK3PXP now', 'scan otpauth://… now'],
    ['code 3-abcde-fghij-klmno-pqrst', 'code …'],
    ['nothing to hide', 'nothing to hide'],
  ])('%j becomes %j', (text, clean) => {
    expect(redactText(text)).toBe(clean);
  });

  test('wherever it stands: in names, lists, nested objects, other fields, and cut by the longest length', async () => {
    const audit = createAuditLog({ file: file(), onFailure: fail });
    const places: Partial<AuditEvent>[] = [
      { detail: { [key]: 1 } },
      { detail: { list: [[key]], deep: { deeper: { deepest: { bottom: { below: { under: key } } } } } } },
      { principal: key },
      { tenant: key },
      { correlation_id: key },
      { source_ip: `${key}` },
      { detail: { text: 'x'.repeat(970) + key, other: 'x'.repeat(1_990) + key } },
      { detail: { text: `${'x'.repeat(986)} Bearer S3cr3tS3cr3t` } },
      { detail: { args: [secret], password: secret, Authorization: secret, token: secret } },
    ];
    for (const place of places) audit.record(event(place));
    await audit.close();
    const text = await readFile(file(), 'utf8');
    expect(text.trimEnd().split('\n')).toHaveLength(places.length);
    expect(text).not.toContain('S3cr3t');
  });

  test('a detail that cannot be written as JSON stops nothing', async () => {
    const audit = createAuditLog({ file: file(), onFailure: fail });
    const circle: Record<string, unknown> = { n: 1n };
    circle.self = circle;
    audit.record(event({ detail: circle as AuditEvent['detail'] }));
    audit.record(event());
    await audit.close();
    expect(await lines()).toHaveLength(2);
  });
});

test('a login is recorded once per credential, address and interval; each failure by itself', () => {
  const events: AuditEvent[] = [];
  let now = 0;
  const logins = new Logins({ record: (each) => void events.push(each), close: async () => undefined }, () => now);
  const principal = {
    ...{ id: 'shop', tenant: 'acme', plane: 'producer' as const, roles: ['producer'], grants: [], mfa: false },
    credential: { kind: 'api_key', id: 'Ab3dEf6hIj9l' },
  };
  for (let i = 0; i < 10; i++) logins.success(principal, '192.0.2.1', `r${i}`);
  logins.success(principal, '192.0.2.2', 'r10');
  now = 3_600_000;
  logins.success(principal, '192.0.2.1', 'r11');
  expect(events.map((each) => each.correlation_id)).toEqual(['r0', 'r10', 'r11']);
  expect(JSON.stringify(events)).not.toContain('Ab3dEf6hIj9l');
  for (let i = 0; i < 2; i++) {
    logins.failure({ refused: 'wrong_secret', claimed: principal }, '192.0.2.1', 'r', 'POST /ojs/v1/jobs');
  }
  expect(events.slice(3)).toMatchObject(
    Array(2).fill({
      event_type: 'auth.login.failure',
      principal: 'unknown',
      detail: { reason: 'wrong_secret', claimed: 'shop' },
    }),
  );
});
