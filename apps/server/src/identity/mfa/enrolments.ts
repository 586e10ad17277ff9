import type { Subject } from '../../access/decide.ts';
import type { RedisClient } from '../../redis/connect.ts';
import { systemSpace } from '../../redis/keyspace.ts';
import type { RecoveryCode } from './recovery-codes.ts';

/** Whose second factor it is. The same name in another tenant, or vouched for by another issuer, is somebody else. */
export type Owner = Pick<Subject, 'id' | 'tenant' | 'vouchedBy'>;

/** A second factor as it is kept in Redis: a hash for each principal. */
export interface Enrolment {
  /** The TOTP secret, sealed. */
  readonly sealed: string;
  readonly enrolledAt: number;
  /** Absent until the first code was entered: until then it counts for nothing. */
  readonly confirmedAt?: number;
  /** Hashes of the recovery codes that are left, by their number. */
  readonly codes: ReadonlyMap<string, string>;
}

/** None of the parts has a space in it. */
const nameOf = ({ tenant, id, vouchedBy }: Owner): string => [tenant, id, ...(vouchedBy ? [vouchedBy] : [])].join(' ');
/** Where its record is: the secret is in the field `sealed`. */
export const recordOf = (owner: Owner): string => `${systemSpace.mfa}/${nameOf(owner)}`;
/** Where attempts are counted: apart from the second factor itself. A tenant has no slash in its name. */
export const attemptsOf = (owner: Owner): string => `${systemSpace.mfa}/attempts/${nameOf(owner)}`;
/** What the secret is sealed for: elsewhere it cannot be opened. */
export const contextOf = (owner: Owner): string => `mfa ${nameOf(owner)}`;

const CODE = 'code:';

/** Never instead of a second factor that is in use. ARGV: name, then fields and values. */
const ENROL = `
if redis.call('HEXISTS', KEYS[1], 'confirmedAt') == 1 then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('SADD', KEYS[2], ARGV[1])
return 1`;

/** Of the secret that the code was checked with, and once. ARGV: sealed secret, moment, step. */
const CONFIRM = `
if redis.call('HGET', KEYS[1], 'sealed') ~= ARGV[1] then return 0 end
if redis.call('HEXISTS', KEYS[1], 'confirmedAt') == 1 then return 0 end
redis.call('HSET', KEYS[1], 'confirmedAt', ARGV[2], 'step', ARGV[3])
return 1`;

/** A step, and every one before it, is used up for all servers by the first that comes. ARGV: sealed secret, step. */
const USE_STEP = `
local sealed, confirmed, last = unpack(redis.call('HMGET', KEYS[1], 'sealed', 'confirmedAt', 'step'))
if sealed ~= ARGV[1] or not confirmed or tonumber(ARGV[2]) <= tonumber(last) then return 0 end
redis.call('HSET', KEYS[1], 'step', ARGV[2])
return 1`;

/** ARGV: field, the hash that was compared with. */
const USE_CODE = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])`;

/** ARGV: sealed secret, the same sealed anew. */
const RESEAL = `
if redis.call('HGET', KEYS[1], 'sealed') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'sealed', ARGV[2])
return 1`;

/** The second factors of all principals, in Redis. Every method rejects with what Redis throws. */
export class Enrolments {
  readonly #redis: RedisClient;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  async read(owner: Owner): Promise<Enrolment | undefined> {
    const { sealed, enrolledAt, confirmedAt, ...rest } = await this.#redis.hgetall(recordOf(owner));
    if (sealed === undefined) return undefined;
    const codes = Object.entries(rest).filter(([field]) => field.startsWith(CODE));
    return {
      sealed,
      enrolledAt: Number(enrolledAt),
      ...(confirmedAt !== undefined && { confirmedAt: Number(confirmedAt) }),
      codes: new Map(codes.map(([field, hash]) => [field.slice(CODE.length), hash])),
    };
  }

  /** Begins an enrolment, instead of one that was not confirmed. @returns false when there is a confirmed one. */
  enrol(owner: Owner, sealed: string, codes: readonly RecoveryCode[], now: number): Promise<boolean> {
    const fields = codes.flatMap(({ number, stored }) => [`${CODE}${number}`, JSON.stringify(stored)]);
    return this.#run(
      ENROL,
      [recordOf(owner), systemSpace.mfa],
      [nameOf(owner), ...['sealed', sealed, 'enrolledAt', now, ...fields]],
    );
  }

  /** @returns false when it was confirmed, or replaced, meanwhile. */
  confirm(owner: Owner, sealed: string, step: number, now: number): Promise<boolean> {
    return this.#run(CONFIRM, [recordOf(owner)], [sealed, now, step]);
  }

  /** @returns false when this step, or a later one, was used before. */
  useStep(owner: Owner, sealed: string, step: number): Promise<boolean> {
    return this.#run(USE_STEP, [recordOf(owner)], [sealed, step]);
  }

  /** @returns false when the code was used before. */
  useCode(owner: Owner, number: string, hash: string): Promise<boolean> {
    return this.#run(USE_CODE, [recordOf(owner)], [`${CODE}${number}`, hash]);
  }

  /** Forgets the second factor, and the attempts that failed. @returns whether there was one. */
  async reset(owner: Owner): Promise<boolean> {
    const removed = await this.#redis.del(recordOf(owner));
    await this.#redis.del(attemptsOf(owner));
    await this.#redis.srem(systemSpace.mfa, nameOf(owner));
    return removed === 1;
  }

  async list(): Promise<Owner[]> {
    const names = await this.#redis.smembers(systemSpace.mfa);
    return names.sort().map((name) => {
      const [tenant = '', id = '', vouchedBy] = name.split(' ');
      return { tenant, id, ...(vouchedBy !== undefined && { vouchedBy }) };
    });
  }

  /** Keeps the same secret under the server key in force. */
  async reseal(owner: Owner, sealed: string, anew: string): Promise<void> {
    await this.#run(RESEAL, [recordOf(owner)], [sealed, anew]);
  }

  async #run(script: string, keys: readonly string[], args: readonly (string | number)[]): Promise<boolean> {
    return (await this.#redis.eval(script, keys.length, ...keys, ...args)) === 1;
  }
}
