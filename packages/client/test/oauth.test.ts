import { createHash, createPublicKey, generateKeyPairSync, verify, type webcrypto } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { type ClientCredentialsOptions, clientCredentials, createClient, OjsCredentialError } from '../src/index.ts';
import { type Arrived, type Reply, type Respond, type Stub, startStub, stubAuthority } from './stub-server.ts';

const SECRET = 'canary-client-secret';
const fresh = { rejected: false };
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function server(respond: Respond, options: Parameters<typeof startStub>[1] = {}): Promise<Stub> {
  const stub = await startStub(respond, options);
  stops.push(stub.stop);
  return stub;
}
const json = (value: unknown, status = 200, headers = {}): Reply => ({
  status,
  json: value,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
});
let issued = 0;
const bearer = (more: object = {}): Reply =>
  json({ access_token: `at-${++issued}`, token_type: 'Bearer', expires_in: 3600, ...more });
const credentialOf = (stub: Stub, more: Partial<ClientCredentialsOptions> = {}) =>
  clientCredentials({ tokenUrl: `${stub.url}/token`, clientId: 'me', clientSecret: SECRET, ca: stub.ca, ...more });
const failure = async (source: ReturnType<typeof clientCredentials>): Promise<OjsCredentialError> => {
  try {
    await source(fresh);
  } catch (error) {
    return error as OjsCredentialError;
  }
  return expect.fail('a token was accepted');
};
const part = (jwt: string, at: number) => JSON.parse(Buffer.from(jwt.split('.')[at] ?? '', 'base64url').toString());
const isSigned = (jwt: string, jwk: webcrypto.JsonWebKey): boolean => {
  const [head, body, signature = ''] = jwt.split('.');
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const text = Buffer.from(`${head}.${body}`);
  return verify('sha256', text, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
};

describe('client credentials', () => {
  it('are sent as Basic, and the token is what requests carry', async () => {
    const as = await server(() => bearer());
    const ojs = await server(() => ({ status: 200, json: { queues: [], pagination: {} } }));
    const client = createClient({ url: ojs.url, ca: ojs.ca, credential: credentialOf(as, { scope: 'ojs:enqueue' }) });
    stops.push(() => client.destroy());
    await Promise.all(Array.from({ length: 5 }, () => client.call('listQueues', {})));
    expect(as.requests).toHaveLength(1);
    expect(as.requests[0]?.body).toEqual({ grant_type: 'client_credentials', scope: 'ojs:enqueue' });
    const basic = Buffer.from(as.requests[0]?.headers.authorization?.slice(6) ?? '', 'base64').toString();
    expect(basic).toBe(`me:${encodeURIComponent(SECRET).replaceAll('-', '%2D')}`);
    expect(new Set(ojs.requests.map(({ headers }) => headers.authorization))).toEqual(new Set([`Bearer at-${issued}`]));
  });

  it('that are not accepted, or by a server with an unknown authority, say what to look at', async () => {
    const as = await server(() => json({ error: 'invalid_client' }, 401, { 'www-authenticate': 'Basic realm="x"' }));
    expect((await failure(credentialOf(as))).message).toContain('(401): check `clientId`');
    expect((await failure(credentialOf(as, { ca: undefined } as never))).message).toContain(
      'the `ca` of `clientCredentials`',
    );
  });

  it('find the token endpoint by the metadata of the issuer', async () => {
    const as: Stub = await server(({ path }) =>
      path.startsWith('/.well-known/') ? json({ issuer: as.url, token_endpoint: `${as.url}/t` }) : bearer(),
    );
    const source = clientCredentials({ issuer: as.url, clientId: 'me', clientSecret: SECRET, ca: as.ca });
    expect(await source(fresh)).toBe(`at-${issued}`);
    expect(as.requests.map(({ path }) => path)).toEqual(['/.well-known/oauth-authorization-server', '/t']);
  });

  it.each<[string, Reply | (() => Reply)]>([
    ['a token of another type', () => bearer({ token_type: 'mac' })],
    ['a token that does not say when it ends', () => bearer({ expires_in: undefined })],
    ['a token that has ended', () => bearer({ expires_in: 0 })],
    ['a token that would end a header', () => bearer({ access_token: 'a\r\nb' })],
    ['no token', () => json({ token_type: 'Bearer', expires_in: 60 })],
    ['a page', { status: 200, text: `<html>${SECRET}</html>`, headers: { 'content-type': 'text/html' } }],
    ['an error that repeats the secret', json({ error: 'invalid_client', error_description: SECRET }, 401)],
    ['an error whose code repeats the secret', json({ error: SECRET }, 400)],
    ['more than anybody needs', { status: 200, text: 'x'.repeat(300_000) }],
  ])('are refused by %s, and the secret is in no error', async (_, reply) => {
    const as = await server(() => (typeof reply === 'function' ? reply() : reply));
    const error = await failure(credentialOf(as));
    expect(error.message).toBeTruthy();
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });

  it('follow no redirect', async () => {
    const thief = await server(() => bearer());
    const as = await server(() => ({ status: 302, text: '', headers: { location: `${thief.url}/token` } }));
    expect(await failure(credentialOf(as))).toBeInstanceOf(OjsCredentialError);
    expect(thief.requests).toEqual([]);
  });

  it('are tried again later when the server is over its limits, and not when it refuses', async () => {
    const as = await server(() => json({ error: 'temporarily_unavailable' }, 503));
    expect(await failure(credentialOf(as))).toMatchObject({ code: 'credential_unavailable', retryable: true });
    as.respond(() => json({ error: 'invalid_client' }, 400));
    expect(await failure(credentialOf(as))).toMatchObject({ code: 'credential_refused', retryable: false });
  });

  it('go nowhere without encryption, and to no server whose certificate is not good', async () => {
    expect(() => clientCredentials({ tokenUrl: 'http://as.example/t', clientId: 'me', clientSecret: SECRET })).toThrow(
      /https/,
    );
    const as = await server(() => bearer(), { certificate: { names: ['other.example'] } });
    expect(await failure(credentialOf(as))).toMatchObject({ code: 'credential_unavailable' });
    expect(as.requests).toEqual([]);
  });

  it('are obtained anew once when the server refuses the token', async () => {
    const as = await server(() => bearer());
    let refusals = 0;
    const ojs = await server(() => {
      refusals++;
      return { status: 401, json: { error: { code: 'unauthenticated', message: 'no' } } };
    });
    const credential = credentialOf(as);
    const client = createClient({
      url: ojs.url,
      ca: ojs.ca,
      credential: (asked) => credential(asked),
    });
    stops.push(() => client.destroy());
    await expect(client.call('listQueues', {})).rejects.toMatchObject({ status: 401 });
    expect(refusals).toBeLessThanOrEqual(2);
    expect(as.requests.length).toBeLessThanOrEqual(2);
  });

  it('are nowhere to be seen in what holds them', () => {
    const source = clientCredentials({ tokenUrl: 'https://as.example', clientId: 'me', clientSecret: SECRET });
    expect(inspect(source, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });
});

describe('private_key_jwt', () => {
  it('signs an assertion that only the token endpoint can use, once', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const as = await server(() => bearer());
    const key = { ...privateKey.export({ format: 'jwk' }), kid: 'k1' };
    const source = clientCredentials({ tokenUrl: `${as.url}/token`, clientId: 'me', privateKey: key, ca: as.ca });
    await source(fresh);
    const { client_assertion: jwt, client_assertion_type: type } = as.requests[0]?.body ?? {};
    expect(type).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    expect(part(jwt, 0)).toMatchObject({ alg: 'ES256', kid: 'k1' });
    expect(part(jwt, 1)).toMatchObject({ iss: 'me', sub: 'me', jti: expect.any(String), exp: expect.any(Number) });
    expect(isSigned(jwt, publicKey.export({ format: 'jwk' }))).toBe(true);
    expect(as.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('refuses a text that is no key without repeating it', async () => {
    const as = await server(() => bearer());
    const source = clientCredentials({ tokenUrl: as.url, clientId: 'me', privateKey: SECRET, ca: as.ca });
    expect((await failure(source)).message).not.toContain(SECRET);
  });
});

describe('a client certificate', () => {
  it('proves who asks where there is no secret', async () => {
    const as = await server(() => bearer(), { asksForCertificate: true });
    const { cert, key } = await (await stubAuthority()).issue({ names: ['worker-7'], usage: 'client' });
    const source = clientCredentials({ tokenUrl: as.url, clientId: 'me', certificate: { cert, key }, ca: as.ca });
    expect(await source(fresh)).toBe(`at-${issued}`);
    expect(as.requests[0]).toMatchObject({ certificate: 'CN=worker-7', body: { client_id: 'me' } });
  });
});

describe('DPoP', () => {
  const proofOf = (request: Arrived | undefined): string => String(request?.headers.dpop);

  it('binds the token to a key and proves it with each request', async () => {
    const as = await server(() => bearer({ token_type: 'DPoP' }));
    const ojs = await server(() => ({ status: 200, json: { queues: [], pagination: {} } }));
    const client = createClient({ url: ojs.url, ca: ojs.ca, credential: credentialOf(as, { dpop: true }) });
    stops.push(() => client.destroy());
    await client.call('listQueues', { query: { limit: 1 } });
    await client.call('listQueues', {});
    const [first, second] = ojs.requests.map(proofOf) as [string, string];
    const { jwk } = part(first, 0);
    expect(jwk).not.toHaveProperty('d');
    expect(isSigned(first, jwk)).toBe(true);
    expect(part(first, 1)).toMatchObject({
      htm: 'GET',
      htu: `${ojs.url}/ojs/v1/queues`,
      ath: createHash('sha256').update(`at-${issued}`).digest('base64url'),
    });
    expect(part(second, 1).jti).not.toBe(part(first, 1).jti);
    expect(ojs.requests[0]?.headers.authorization).toBe(`DPoP at-${issued}`);
    expect(part(proofOf(as.requests[0]), 0).jwk).toEqual(jwk);
  });

  it('uses the nonce that the authorization server asks for', async () => {
    const as = await server((request) =>
      part(proofOf(request), 1).nonce === 'n1'
        ? bearer({ token_type: 'DPoP' })
        : json({ error: 'use_dpop_nonce' }, 400, { 'dpop-nonce': 'n1' }),
    );
    expect(await credentialOf(as, { dpop: true })(fresh)).toBe(`at-${issued}`);
  });

  it('refuses a token that was not bound', async () => {
    const as = await server(() => bearer());
    expect(await failure(credentialOf(as, { dpop: true }))).toBeInstanceOf(OjsCredentialError);
  });
});
