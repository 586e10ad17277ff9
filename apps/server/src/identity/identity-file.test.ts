import { expect, it } from 'vitest';
import { NOTHING_BELIEVED, parseIdentityFile } from './identity-file.ts';

const rejected = (text: string): string => {
  try {
    parseIdentityFile(text, 'production');
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was accepted');
};

it('an empty identity file believes nothing', () => {
  expect(parseIdentityFile('{}', 'production')).toEqual(NOTHING_BELIEVED);
});

it('a section that does not exist is refused by name, so that a misspelt one is not silence', () => {
  expect(rejected('{"issuer": []}')).toContain('issuer');
});

it('a section that comes twice is refused, since one of the two would be silence', () => {
  expect(rejected('{"binding": {}, "binding": {}}')).toContain('same key twice');
});

it('text that is not JSON is refused without repeating it', () => {
  expect(rejected('{"issuers": hunter2')).not.toContain('hunter2');
});
