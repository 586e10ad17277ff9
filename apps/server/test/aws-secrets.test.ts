import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Authority, createAuthority } from '@ojs/dev';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createAwsProvider } from '../src/secrets/aws.ts';

/** Answers GetSecretValue as the public API reference says; the SDK that asks is the real one. */
let endpoint: Server;
let authority: Authority;
const secrets = new Map<string, object>();
let asked: string[];

const aws = (id: string, field?: string) => ({ scheme: 'aws' as const, id, field });
const problem = (text: RegExp) => ({ problem: expect.stringMatching(text) });

beforeAll(async () => {
  authority = await createAuthority();
  const { cert, key } = await authority.issue({ names: ['127.0.0.1'] });
  endpoint = createServer({ cert, key }, async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { SecretId: id } = JSON.parse(text) as { SecretId: string };
    asked.push(`${request.headers['x-amz-target']} ${id}`);
    const found = secrets.get(id);
    const error = { __type: 'ResourceNotFoundException', Message: "Secrets Manager can't find the secret." };
    response.writeHead(found ? 200 : 400, { 'Content-Type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(found ? { Name: id, ...found } : error));
  });
  await once(endpoint.listen(0, '127.0.0.1'), 'listening');
});
beforeEach(() => {
  asked = [];
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id-of-test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'key-of-test');
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', `https://127.0.0.1:${(endpoint.address() as AddressInfo).port}`);
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => {
  endpoint.closeAllConnections();
  endpoint.close();
});

it('secrets of AWS are all of the text or a field of its JSON, each asked for once', async () => {
  secrets.set('ojs/redis', { SecretString: '{"password":"p-1","user":"ojs"}' });
  secrets.set('plain', { SecretString: 'whole text' });
  const references = [aws('ojs/redis', 'password'), aws('ojs/redis', 'user'), aws('plain')];
  const { outcomes, isAway } = await createAwsProvider(authority.cert).read(references);
  expect([outcomes, isAway]).toEqual([[{ value: 'p-1' }, { value: 'ojs' }, { value: 'whole text' }], false]);
  expect(asked.sort()).toEqual(['secretsmanager.GetSecretValue ojs/redis', 'secretsmanager.GetSecretValue plain']);
});

it('what is missing, binary, empty or no JSON is told without what is there', async () => {
  secrets.set('binary', { SecretBinary: 'AAAA' });
  secrets.set('empty', { SecretString: '' });
  secrets.set('text', { SecretString: 'hunter2' });
  const { outcomes, isAway } = await createAwsProvider(authority.cert).read([
    ...[aws('missing'), aws('binary'), aws('empty'), aws('text', 'password')],
  ]);
  expect(outcomes).toEqual([
    ...[problem(/^missing: there is no such secret/), problem(/binary/), problem(/empty/), problem(/not JSON/)],
  ]);
  expect(isAway).toBe(false);
  expect(JSON.stringify(outcomes)).not.toContain('hunter2');
});

it('an endpoint whose certificate nobody signed that we know is away, and gets nothing', async () => {
  const { outcomes, isAway } = await createAwsProvider(undefined).read([aws('plain')]);
  expect([outcomes, isAway]).toEqual([[problem(/does not answer/)], true]);
  expect(asked).toEqual([]);
});

it('without the SDK, what to install is told', async () => {
  const missing = createAwsProvider(undefined, () => Promise.reject(new Error('Cannot find package')));
  expect((await missing.read([aws('a')])).outcomes).toEqual([problem(/npm install @aws-sdk/)]);
});
