import { once } from 'node:events';
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { type Authority, createAuthority, loadAuthority } from './authority.ts';
import { writeCertificate } from './certificate-files.ts';
import type { Issued, IssueOptions } from './issue-certificate.ts';

/** What TLS itself says of both certificates: undefined where it accepts. */
type Verdict = { ofServer: string | undefined; ofClient: string | undefined };

async function handshake(
  authority: Authority,
  server: Issued & { crl?: string },
  client?: Pick<Issued, 'key' | 'cert'>,
): Promise<Verdict> {
  const listener = createServer({ ...server, ca: authority.cert, requestCert: true, rejectUnauthorized: false });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  onTestFinished(() => void listener.close());
  const accepted = once(listener, 'secureConnection') as Promise<[TLSSocket]>;
  const { port } = listener.address() as AddressInfo;
  const socket = connect({
    host: '127.0.0.1',
    port,
    servername: 'localhost',
    ca: authority.cert,
    rejectUnauthorized: false,
    ...client,
  });
  await once(socket, 'secureConnect');
  const [peer] = await accepted;
  const word = (side: TLSSocket): string | undefined =>
    side.authorized
      ? undefined
      : String((side.authorizationError as unknown as { code?: string })?.code ?? side.authorizationError);
  const verdict = { ofServer: word(socket), ofClient: word(peer) };
  socket.destroy();
  peer.destroy();
  return verdict;
}

const issueServer = (authority: Authority): Promise<Issued> =>
  authority.issue({ names: ['localhost', '127.0.0.1', '::1'] });

test('a server and a client certificate of one authority trust each other', async () => {
  const authority = await createAuthority();
  const client = await authority.issue({
    names: ['spiffe://example.org/worker'],
    usage: 'client',
    commonName: 'worker',
  });
  expect(await handshake(authority, await issueServer(authority), client)).toEqual({
    ofServer: undefined,
    ofClient: undefined,
  });
});

test('an authority that was loaded again issues for the same root', async () => {
  const made = await createAuthority();
  const loaded = await loadAuthority(made);
  expect(loaded.cert).toBe(made.cert);
  expect((await handshake(made, await issueServer(loaded))).ofServer).toBeUndefined();
});

test('a certificate of another authority is not trusted', async () => {
  const [authority, other] = await Promise.all([createAuthority(), createAuthority()]);
  expect((await handshake(authority, await issueServer(other))).ofServer).toBeDefined();
});

test.each<[string, Omit<IssueOptions, 'names'>, string]>([
  ['expired', { days: -1, usage: 'client' }, 'CERT_HAS_EXPIRED'],
  ['for another purpose', { usage: 'server' }, 'INVALID_PURPOSE'],
  ['not valid yet', { usage: 'client', notBefore: new Date(Date.now() + 3_600_000) }, 'CERT_NOT_YET_VALID'],
])('a client certificate that is %s can be made, and TLS says so', async (_, options, code) => {
  const authority = await createAuthority();
  const client = await authority.issue({ names: ['worker'], ...options });
  expect((await handshake(authority, await issueServer(authority), client)).ofClient).toBe(code);
});

test('keys are written readable by their owner only', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ojs-certificates-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const { keyFile, certFile } = await writeCertificate(directory, 'ca', await createAuthority());
  expect([keyFile, certFile].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
});

test('an authority below another issues what the root is trusted for, with the chain that shows it', async () => {
  const root = await createAuthority({ pathLength: 1 });
  const below = await root.intermediate();
  const client = await below.issue({ names: ['worker'], usage: 'client' });
  const shown = { key: client.key, cert: client.chain };
  expect((await handshake(root, await issueServer(root), shown)).ofClient).toBeUndefined();
  expect((await handshake(root, await issueServer(root), client)).ofClient).toBeDefined();
});

test('a revocation list names what was revoked and not what was not', async () => {
  const authority = await createAuthority();
  const [bad, good] = await Promise.all(
    ['bad', 'good'].map((name) => authority.issue({ names: [name], usage: 'client' })),
  );
  authority.revoke(bad?.serialNumber ?? '');
  const crl = await authority.crl();
  const verdicts = await Promise.all(
    [bad, good].map(async (client) => handshake(authority, { ...(await issueServer(authority)), crl }, client)),
  );
  expect(verdicts.map(({ ofClient }) => ofClient)).toEqual(['CERT_REVOKED', undefined]);
});
