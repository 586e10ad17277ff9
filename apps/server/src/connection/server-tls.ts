import { createHash } from 'node:crypto';
import { createSecureContext, type SecureContextOptions, type Server } from 'node:tls';
import { type Followed, follow } from '../config/follow.ts';
import { readBounded } from '../config/read-bounded.ts';
import { codeOf } from '../config/secrets.ts';
import { Settling } from '../config/settling.ts';
import { StartProblem } from '../start-problem.ts';
import { judgeCertificate, type ServerCertificate } from './certificate.ts';
import { type ClientAuthorities, type KeyPair, secureContextOf } from './tls.ts';

/** A chain of a dozen certificates has less. */
const MAX_BYTES = 256 * 1024;

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Who hears of what happens to the certificate. */
export interface TlsListener {
  /** In use from now on. */
  reloaded(certificate: ServerCertificate): void;
  /** Cannot be used, for a reason in one word; the old one stays. Once per state of the files. */
  rejected(reason: string, kept: ServerCertificate): void;
  /** The key in use can be read by everybody on this machine. */
  exposed(): void;
  /** With every look: for who warns of the end in time. */
  looked(certificate: ServerCertificate): void;
}

/** A pair that can be used. */
interface Usable {
  readonly pair: KeyPair;
  readonly certificate: ServerCertificate;
  readonly isKeyWorldReadable: boolean;
}

/** What the listeners encrypt with: follows its files, and gives every listener a new context without closing a connection. */
export class ServerTls {
  readonly #files: CertificateFiles;
  readonly #listener: TlsListener;
  readonly #now: () => number;
  readonly #servers = new Set<Server>();
  readonly #settling = new Settling();
  readonly #followed: Followed;
  #usable: Usable;
  #clients: ClientAuthorities = {};

  /** @throws {StartProblem} when the pair cannot be used: a server does not start with what no client would accept. */
  static async open(files: CertificateFiles, listener: TlsListener, now: () => number = Date.now): Promise<ServerTls> {
    const read = await readPair(files).catch((error: unknown) => ({ unfit: codeOf(error) }));
    const usable = 'unfit' in read ? read : judge(read, now());
    if ('unfit' in usable) {
      throw new StartProblem(
        `the TLS certificate cannot be used (${usable.unfit}): check OJS_TLS_CERT_FILE and OJS_TLS_KEY_FILE`,
      );
    }
    return new ServerTls(files, listener, now, usable);
  }

  private constructor(files: CertificateFiles, listener: TlsListener, now: () => number, usable: Usable) {
    this.#files = files;
    this.#listener = listener;
    this.#now = now;
    this.#usable = usable;
    if (usable.isKeyWorldReadable) listener.exposed();
    listener.looked(usable.certificate);
    this.#followed = follow([files.certFile, files.keyFile], () => this.#look());
  }

  /** The certificate in use. */
  get certificate(): ServerCertificate {
    return this.#usable.certificate;
  }

  /** What a new listener begins with. */
  get context(): SecureContextOptions {
    return secureContextOf(this.#usable.pair, this.#clients);
  }

  /** From now on the server gets every new context, until it closes. */
  attach(server: Server): void {
    this.#servers.add(server);
    server.once('close', () => this.#servers.delete(server));
  }

  /** Believes other authorities of clients from the next handshake on. */
  useClients(clients: ClientAuthorities): void {
    this.#apply(this.#usable.pair, clients);
    this.#clients = clients;
  }

  /** Looks at the files now. */
  look(): Promise<void> {
    return this.#followed.look();
  }

  close(): void {
    this.#followed.close();
  }

  #apply(pair: KeyPair, clients: ClientAuthorities): void {
    const context = secureContextOf(pair, clients);
    // Tried first, so that either every listener has it or none.
    createSecureContext(context);
    for (const server of this.#servers) server.setSecureContext(context);
  }

  async #look(): Promise<void> {
    try {
      const read = await readPair(this.#files);
      if (isSame(read.pair, this.#usable.pair)) this.#settling.clear();
      else this.#consider(read);
    } catch (error) {
      this.#reject(codeOf(error), '');
    }
    this.#listener.looked(this.certificate);
  }

  #consider(read: ReadPair): void {
    const usable = judge(read, this.#now());
    if ('unfit' in usable) {
      this.#reject(usable.unfit, fingerprintOf(read.pair));
      return;
    }
    this.#apply(usable.pair, this.#clients);
    this.#usable = usable;
    this.#settling.clear();
    this.#listener.reloaded(usable.certificate);
    if (usable.isKeyWorldReadable) this.#listener.exposed();
  }

  #reject(reason: string, fingerprint: string): void {
    if (this.#settling.isToBeTold(`${reason} ${fingerprint}`, this.#now())) {
      this.#listener.rejected(reason, this.certificate);
    }
  }
}

type ReadPair = Omit<Usable, 'certificate'>;

async function readPair({ certFile, keyFile }: CertificateFiles): Promise<ReadPair> {
  const [cert, key] = await Promise.all([readBounded(certFile, MAX_BYTES), readBounded(keyFile, MAX_BYTES)]);
  return { pair: { cert: cert.bytes, key: key.bytes }, isKeyWorldReadable: key.isWorldReadable };
}

function judge(read: ReadPair, now: number): Usable | { readonly unfit: string } {
  const certificate = judgeCertificate(read.pair, now);
  return 'unfit' in certificate ? certificate : { ...read, certificate };
}

const isSame = (one: KeyPair, other: KeyPair): boolean => one.cert.equals(other.cert) && one.key.equals(other.key);

const fingerprintOf = ({ cert, key }: KeyPair): string =>
  createHash('sha256').update(cert).update('\n').update(key).digest('base64');
