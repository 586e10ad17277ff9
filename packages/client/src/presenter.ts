import { redacted } from './answer.ts';
import { type CredentialSource, headersOf, type PostRequest, tokenOf } from './credentials/source.ts';
import type { Elevated } from './elevation.ts';
import type { Transport } from './transport.ts';

/** Of an answer that holds a token. */
const CREDENTIAL_BYTES = 64 * 1024;

export interface PresenterOptions {
  readonly credential: CredentialSource;
  readonly transport: Transport;
  readonly origin: string;
  readonly basePath: string;
  /** Of every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly workerId: string | undefined;
}

/** Says with each request who is asking. */
export class Presenter {
  readonly #options: PresenterOptions;

  constructor(options: PresenterOptions) {
    this.#options = options;
  }

  /** Of every request. */
  get headers(): Readonly<Record<string, string>> {
    return this.#options.headers;
  }

  /**
   * The headers of one request, from the credential.
   * @param path of the request, the base path included
   */
  async present(
    method: string,
    path: string,
    more: { readonly rejected: boolean; readonly instead?: string },
  ): Promise<Record<string, string>> {
    const { credential, origin, workerId } = this.#options;
    const asked = { ...more, request: { method, url: origin + path }, post: this.post };
    return headersOf(await credential(workerId === undefined ? asked : { ...asked, workerId }));
  }

  /** The same with a token that was elevated. */
  async presentElevated(method: string, path: string, { token, isBound }: Elevated): Promise<Record<string, string>> {
    if (isBound) return this.present(method, path, { rejected: false, instead: token });
    return headersOf(token);
  }

  /** A request of the credential's own, to the same server. @param path without the base path */
  readonly post = async (
    path: string,
    { authorization, headers, contentType, body, proof }: PostRequest,
  ): Promise<{ status: number; body: string }> => {
    const { transport, origin, basePath, timeoutMs } = this.#options;
    const dpop = proof?.('POST', origin + basePath + path);
    const answer = await transport.send({
      method: 'POST',
      path: basePath + path,
      headers: {
        ...this.headers,
        ...headers,
        ...(dpop !== undefined && { dpop }),
        authorization,
        'content-type': contentType,
      },
      body,
      timeoutMs,
      maxBytes: CREDENTIAL_BYTES,
    });
    // What it refuses may become an error, which repeats no credential.
    return answer.status < 300 ? answer : { ...answer, body: redacted(answer.body, tokenOf({ authorization })) };
  };

  /** The same, with the credential. */
  readonly postWithCredential = async (
    path: string,
    contentType: string,
    body: string,
  ): Promise<{ status: number; body: string }> => {
    const present = await this.present('POST', this.#options.basePath + path, { rejected: false });
    const { authorization = '', ...headers } = present;
    return this.post(path, { authorization, headers, contentType, body });
  };
}
