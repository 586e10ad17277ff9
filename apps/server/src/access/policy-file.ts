import { readText } from '../config/watched-file.ts';
import type { Policy } from './decide.ts';
import { DEFAULT_POLICY, parsePolicy } from './policy.ts';

/** The policy of the file, or the default where there is none. @throws {BadPolicy} {BadFile} */
export async function loadPolicy(path: string | undefined): Promise<Policy> {
  return path === undefined ? DEFAULT_POLICY : parsePolicy(await readText(path, 'OJS_POLICY_FILE'));
}
