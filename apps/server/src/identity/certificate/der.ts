/** What was read is not DER, or not of the expected form. The message quotes nothing of it. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** Identifier octets (X.690 §8.1.2) that certificates and revocation lists are made of. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const;

/**
 * Reads DER (X.690 §10) element by element, strictly: definite lengths in their shortest form, nothing beyond the end. It makes
 * no tree: a revocation list has some 100,000 elements, more than the ASN.1 libraries of this house take.
 */
export class DerReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The identifier octet of the next element; undefined at the end. */
  get next(): number | undefined {
    return this.#bytes[this.#at];
  }

  /** The contents of the next element, which must have this tag. A view, not a copy. @throws {Malformed} */
  contents(tag: number): Buffer {
    return this.#element(tag).contents;
  }

  /** The whole of the next element, identifier and length included. @throws {Malformed} */
  whole(tag: number): Buffer {
    return this.#element(tag).whole;
  }

  /** The elements within the next element. @throws {Malformed} */
  inside(tag: number): DerReader {
    return new DerReader(this.contents(tag));
  }

  /** The same, where the next element may be another one or none. @throws {Malformed} */
  maybe(tag: number): DerReader | undefined {
    return this.next === tag ? this.inside(tag) : undefined;
  }

  /** Passes over the next element, whatever it is. @throws {Malformed} */
  skip(): void {
    this.#element(this.next);
  }

  /** @throws {Malformed} when something is left. */
  end(): void {
    if (!this.atEnd) throw new Malformed('has more than belongs there');
  }

  #element(tag: number | undefined): { contents: Buffer; whole: Buffer } {
    const bytes = this.#bytes;
    const start = this.#at;
    const found = bytes[start];
    // A tag number of 31 would go on in the next octet; nothing here has one.
    if (found === undefined || found !== tag || (found & 0x1f) === 0x1f) throw new Malformed('has another form');
    const first = bytes[start + 1] ?? 0xff;
    let from = start + 2;
    let length = first;
    if (first >= 0x80) {
      const octets = first & 0x7f;
      from += octets;
      if (octets === 0 || octets > 4 || from > bytes.length) throw new Malformed('has a length that is not DER');
      length = bytes.readUIntBE(start + 2, octets);
      if (length < 0x80 || (octets > 1 && length < 2 ** (8 * (octets - 1)))) {
        throw new Malformed('has a length that is not DER');
      }
    }
    const to = from + length;
    if (to > bytes.length) throw new Malformed('ends too early');
    this.#at = to;
    return { contents: bytes.subarray(from, to), whole: bytes.subarray(start, to) };
  }
}

/** An INTEGER as upper case hexadecimal digits without leading zero octets, as OpenSSL writes it: how serial numbers are compared and shown. */
export const hexOf = (integer: Buffer): string =>
  integer
    .toString('hex')
    .toUpperCase()
    .replace(/^(00)+(?=.)/, '');

/** A time of a certificate or list (RFC 5280 §4.1.2.5) in milliseconds since the epoch. @throws {Malformed} */
export function timeOf(reader: DerReader): number {
  const short = reader.next === TAG.utcTime;
  const text = reader.contents(short ? TAG.utcTime : TAG.generalizedTime).toString('latin1');
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (match === null || match[1]?.length !== (short ? 2 : 4)) throw new Malformed('has a time of another form');
  const [year = 0, month = 0, ...rest] = match.slice(1).map(Number);
  const [day = 0, hour = 0, minute = 0, second = 0] = rest;
  const century = !short ? 0 : year < 50 ? 2000 : 1900;
  return Date.UTC(century + year, month - 1, day, hour, minute, second);
}
