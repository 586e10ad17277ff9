import { describe, expect, it } from 'vitest';
import { Chain, through } from './chain.ts';
import { OjsConfigurationError } from './errors.ts';

type Link = (value: string, next: (value: string) => Promise<string>) => Promise<string> | string;

const link = (name: string): Link => {
  const named: Record<string, Link> = { [name]: async (value, next) => `${name}(${await next(`${value}${name}`)})` };
  return named[name] as Link;
};
const [a, b, c] = [link('a'), link('b'), link('c')] as [Link, Link, Link];
const call = (chain: readonly Link[], value = ''): Promise<string> =>
  through(
    chain,
    value,
    (each, current, next) => each(current, next),
    async (last) => `[${last}]`,
  );

describe('a chain of middleware', () => {
  it('is kept in the order that was asked for', () => {
    const chain = new Chain<Link>().add(b).prepend(a).insertAfter(b, c);
    expect(chain.list).toEqual([a, b, c]);
    expect(chain.remove(a).insertBefore(c, a).list).toEqual([b, a, c]);
  });

  it('knows each middleware once, and only those in it', () => {
    const chain = new Chain<Link>().add(a);
    expect(() => chain.add(a)).toThrow('The middleware a is in the chain already');
    expect(() => chain.remove(b)).toThrow(OjsConfigurationError);
    expect(() => chain.insertBefore(b, c)).toThrow('The middleware b is not in the chain');
  });

  it('does not change once it is used', () => {
    const chain = new Chain<Link>().add(a);
    expect(chain.freeze()).toEqual([a]);
    for (const change of [() => chain.add(b), () => chain.prepend(b), () => chain.remove(a)]) {
      expect(change).toThrow('set it up before the first job');
    }
  });

  it('calls the first outermost, hands on what each changed, and returns the way back', async () => {
    expect(await call([a, b, c])).toBe('a(b(c([abc])))');
    expect(await call([])).toBe('[]');
  });

  it('ends where one does not go on', async () => {
    expect(await call([a, () => 'stop', c])).toBe('a(stop)');
  });

  it('lets every outer link see an error', async () => {
    const seen: string[] = [];
    const watching: Link = async (value, next) => {
      try {
        return await next(value);
      } catch (error) {
        seen.push((error as Error).message);
        throw error;
      }
    };
    const failing: Link = () => {
      throw new Error('no');
    };
    await expect(call([watching, failing])).rejects.toThrow('no');
    expect(seen).toEqual(['no']);
  });

  it('goes on once', async () => {
    const twice: Link = async (value, next) => `${await next(value)}${await next(value)}`;
    await expect(call([twice, a])).rejects.toThrow('next() twice');
  });
});
