import { z } from 'zod';
import { placesOf } from '../config/issue-words.ts';
import { parseJsonText } from '../config/json-text.ts';
import type { SecretValues } from '../config/secret-store.ts';
import { BadFile } from '../config/watched-file.ts';
import { BindingRules, bindingMistakes } from './binding/settings.ts';
import { certificateMistakes } from './certificate/mistakes.ts';
import { Certificates } from './certificate/settings.ts';
import { Introspection, introspectionMistakes } from './introspection/settings.ts';
import { Issuers, issuerMistakes } from './jwt/settings.ts';
import { Registrations, registrationMistakes } from './registration/settings.ts';
import { Tokens } from './tokens/settings.ts';

/** What `OJS_IDENTITY_FILE` holds: which credentials from outside are believed. Each section is explained in its folder. */
export const IdentityFile = z.strictObject({
  issuers: Issuers,
  introspection: Introspection,
  certificates: Certificates,
  registrations: Registrations,
  tokens: Tokens,
  binding: BindingRules,
});
export type IdentityFile = z.infer<typeof IdentityFile>;

export type Environment = 'production' | 'development';

/** Rules that a schema cannot say, one function a section: each mistake as `place: what to do`. */
type Check = (file: IdentityFile, environment: Environment, secrets?: SecretValues) => readonly string[];
const CHECKS: readonly Check[] = [
  bindingMistakes,
  issuerMistakes,
  introspectionMistakes,
  ({ certificates }) => certificateMistakes(certificates),
  (file, _, secrets) => registrationMistakes(file, secrets),
];

/** Nothing from outside is believed. */
export const NOTHING_BELIEVED: IdentityFile = IdentityFile.parse({});

/**
 * @param secrets absent: not known yet, and nothing is said about them
 * @throws {BadFile} with every mistake, by place and rule, and none of the values
 */
export function parseIdentityFile(text: string, environment: Environment, secrets?: SecretValues): IdentityFile {
  const read = parseJsonText(text);
  if ('problem' in read) throw new BadFile(`it ${read.problem}`);
  const parsed = IdentityFile.safeParse(read.json);
  const mistakes = parsed.success
    ? CHECKS.flatMap((check) => check(parsed.data, environment, secrets))
    : placesOf(parsed.error.issues, 'file', Object.keys(IdentityFile.shape));
  if (!parsed.success || mistakes.length > 0) throw new BadFile(mistakes);
  return parsed.data;
}
