import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Secret } from '../../config/secret.ts';
import { codeOf } from '../../config/secrets.ts';
import { createOutgoing, OutgoingFailure } from '../../outgoing/send.ts';

/** Where Vault (or OpenBao) is. */
export interface VaultPlace {
  /** https://HOST:PORT, or in development http on the loopback. */
  readonly url: string;
  readonly namespace?: string | undefined;
  /** PEM of the authority that signed its certificate; read for every request, so it may be replaced at any time. */
  readonly caFile?: string | undefined;
}

/** `away`: no answer that says anything, so that what is known stays and it is asked again later. */
export type VaultFailureKind = 'away' | 'denied' | 'missing' | 'refused';

export class VaultFailure extends Error {
  override readonly name = 'VaultFailure';
  readonly kind: VaultFailureKind;
  /** @param message for the operator, without anything secret. */
  constructor(kind: VaultFailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

export interface VaultRequest {
  readonly method: 'GET' | 'POST';
  /** Behind `/v1/`; each segment is encoded here. */
  readonly path: string;
  readonly token?: Secret | undefined;
  readonly body?: object;
}

/** Sends a request; the answer's `data` and `auth`. @throws {VaultFailure} */
export type AskVault = (request: VaultRequest) => Promise<VaultAnswer>;
export type VaultAnswer = z.infer<typeof Answer>;

const Answer = z.object({ data: z.unknown().optional(), auth: z.unknown().optional() });
const MAX_BYTES = 256 * 1024;
const TIMEOUT_MS = 5_000;

/** The HTTP API of Vault, as far as it is needed here. */
export function createVaultClient({ url, namespace, caFile }: VaultPlace): AskVault {
  const base = url.replace(/\/+$/, '');
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
  return async ({ method, path, token, body }) => {
    const headers = {
      'X-Vault-Request': 'true',
      ...(namespace !== undefined && { 'X-Vault-Namespace': namespace }),
      ...(token && { 'X-Vault-Token': token.reveal() }),
      ...(body && { 'Content-Type': 'application/json' }),
    };
    const encoded = path.split('/').map(encodeURIComponent).join('/');
    const request = { url: `${base}/v1/${encoded}`, method, headers, ...(body && { body: JSON.stringify(body) }) };
    let answer: { status: number; body: Buffer };
    try {
      const ca = caFile === undefined ? undefined : readFileSync(caFile, 'utf8');
      // The operator named this host, so it may be inside.
      answer = await createOutgoing({ allow: [host], ca }).send({
        ...request,
        maxBytes: MAX_BYTES,
        timeoutMs: TIMEOUT_MS,
      });
    } catch (error) {
      throw new VaultFailure(
        'away',
        `Vault does not answer (${error instanceof OutgoingFailure ? `${error.kind}: ${error.message}` : codeOf(error)})`,
      );
    }
    return understood(answer.status, answer.body);
  };
}

/** @throws {VaultFailure} */
function understood(status: number, body: Buffer): VaultAnswer {
  if (status === 200 || status === 204) {
    try {
      return Answer.parse(status === 204 ? {} : JSON.parse(body.toString('utf8')));
    } catch {
      throw new VaultFailure('away', 'the answer is not one of Vault: check the address');
    }
  }
  if (status === 403) throw new VaultFailure('denied', 'Vault denies it (403): check the policy of our credential');
  if (status === 404) throw new VaultFailure('missing', 'there is nothing (404): check mount and path');
  if (status === 503) throw new VaultFailure('away', 'Vault is sealed or under maintenance (503)');
  if (status >= 500 || status === 429) throw new VaultFailure('away', `Vault cannot answer now (${status})`);
  if (status >= 300 && status < 400) {
    throw new VaultFailure(
      'refused',
      `Vault sends us elsewhere (${status}): name the address of the active node or of the load balancer`,
    );
  }
  throw new VaultFailure('refused', `Vault refuses the request (${status})`);
}
