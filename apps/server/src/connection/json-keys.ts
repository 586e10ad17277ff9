/** Keys of one object that are compared one by one; beyond that a set takes over. */
const FEW = 16;
/** The deepest nesting that a server can be configured to accept. */
export const DEEPEST = 128;

const PROTO = Buffer.from('__proto__', 'latin1');
const CONSTRUCTOR = Buffer.from('constructor', 'latin1');
const PROTOTYPE = Buffer.from('prototype', 'latin1');

const is = (bytes: Buffer, start: number, end: number, word: Buffer): boolean =>
  end - start === word.length && bytes.compare(word, 0, word.length, start, end) === 0;

export type KeyProblem = 'duplicate_key' | 'forbidden_key' | 'syntax';

/**
 * Remembers the keys of the objects that are open during a scan, to find a key that comes twice in linear time. Keys are
 * compared as they are decoded: `"a"` and `"\u0061"` are the same key. Scratch space is kept between scans.
 */
export class OpenKeys {
  readonly #start = new Int32Array((DEEPEST + 1) * FEW);
  readonly #end = new Int32Array((DEEPEST + 1) * FEW);
  readonly #hash = new Int32Array((DEEPEST + 1) * FEW);
  readonly #count = new Int32Array(DEEPEST + 1);
  readonly #many: (Set<string> | undefined)[] = new Array(DEEPEST + 1).fill(undefined);
  /** Whether the last key at this depth was `constructor`. */
  readonly #constructed: boolean[] = new Array(DEEPEST + 1).fill(false);

  open(depth: number): void {
    this.#count[depth] = 0;
    this.#many[depth] = undefined;
    this.#constructed[depth] = false;
  }

  /** Takes the key between the quotes at `start` and `end`. `inside` is the depth of the object, 1 for the outermost. */
  add(
    bytes: Buffer,
    start: number,
    end: number,
    hash: number,
    escaped: boolean,
    depth: number,
  ): KeyProblem | undefined {
    const many = this.#many[depth];
    if (escaped || many !== undefined) return this.#addDecoded(bytes, start, end, escaped, depth);
    const count = this.#count[depth] as number;
    const base = depth * FEW;
    for (let i = base; i < base + count; i++) {
      if (this.#hash[i] !== hash) continue;
      const [from, to] = [this.#start[i] as number, this.#end[i] as number];
      if (to - from === end - start && bytes.compare(bytes, from, to, start, end) === 0) return 'duplicate_key';
    }
    if (count === FEW) return this.#addDecoded(bytes, start, end, false, depth);
    this.#start[base + count] = start;
    this.#end[base + count] = end;
    this.#hash[base + count] = hash;
    this.#count[depth] = count + 1;
    const length = end - start;
    if (length !== 9 && length !== 11) {
      this.#constructed[depth] = false;
      return undefined;
    }
    return this.#judge(
      is(bytes, start, end, PROTO),
      is(bytes, start, end, PROTOTYPE),
      is(bytes, start, end, CONSTRUCTOR),
      depth,
    );
  }

  #addDecoded(bytes: Buffer, start: number, end: number, escaped: boolean, depth: number): KeyProblem | undefined {
    let keys = this.#many[depth];
    if (keys === undefined) {
      keys = new Set();
      const base = depth * FEW;
      for (let i = base; i < base + (this.#count[depth] as number); i++) {
        keys.add(bytes.toString('utf8', this.#start[i], this.#end[i]));
      }
      this.#many[depth] = keys;
    }
    const text = bytes.toString('utf8', start, end);
    let key = text;
    if (escaped) {
      try {
        key = JSON.parse(`"${text}"`) as string;
      } catch {
        return 'syntax';
      }
    }
    if (keys.has(key)) return 'duplicate_key';
    keys.add(key);
    return this.#judge(key === '__proto__', key === 'prototype', key === 'constructor', depth);
  }

  /** `__proto__` anywhere, and `prototype` inside of `constructor`, are how objects are poisoned when they are merged. */
  #judge(proto: boolean, prototype: boolean, isConstructor: boolean, depth: number): KeyProblem | undefined {
    if (proto || (prototype && depth > 1 && this.#constructed[depth - 1])) return 'forbidden_key';
    this.#constructed[depth] = isConstructor;
    return undefined;
  }
}
