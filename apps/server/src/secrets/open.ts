import { readFileSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { ConfigMistakes, type Mistake } from '../config/mistakes.ts';
import type { SecretFile } from '../config/secret-file.ts';
import { secretProblem, secretVariable } from '../config/secrets.ts';
import { followFiles } from './follow-files.ts';
import { type Group, groupsOf, type ProviderName } from './groups.ts';
import { refreshing } from './refresh.ts';

/** Who hears of what becomes of secrets while the server runs; of their names and why, never of values. */
export interface SecretsListener {
  /** A new value is in force. */
  reloaded(name: string): void;
  /** What was offered cannot be used, and the value from before stays. Once per reason. */
  rejected(name: string, reason: string): void;
  /** Every user of the machine may read or change the file. */
  isOpen(variable: string): void;
  /** A secrets manager was asked again. */
  refreshed(provider: ProviderName, isAnswered: boolean): void;
}

/** The secrets, opened. */
export interface OpenSecrets {
  /** Begins to follow files and secrets managers; at most once. */
  follow(listener: SecretsListener): void;
  /** Looks at all files and asks all secrets managers now: for tests, and whoever cannot wait. */
  look(): Promise<void>;
  close(): void;
}

/** Secrets that take effect at a start only: what is sealed under one server key is resealed on purpose. */
const AT_START: ReadonlySet<string> = new Set(['SERVER_KEY', 'SERVER_KEY_PREVIOUS']);
const NOT_NOW = 'is read at the start only: restart, with the earlier one as OJS_SECRET_SERVER_KEY_PREVIOUS';

/**
 * Asks the secrets managers for what the configuration refers to.
 * @throws {ConfigMistakes} with every reference that leads nowhere, at once
 */
export async function openSecrets(config: Config): Promise<OpenSecrets> {
  const { secrets, env, rotation } = config;
  const ca = config.outgoing.caFile === undefined ? undefined : readFileSync(config.outgoing.caFile, 'utf8');
  const groups = groupsOf(config, ca);
  const mistakes = (await Promise.all(groups.map(resolveFirst))).flat();
  if (mistakes.length > 0) throw new ConfigMistakes(mistakes);

  async function resolveFirst({ names, ask }: Group): Promise<Mistake[]> {
    const { outcomes } = await ask();
    return outcomes.flatMap((outcome, index) => {
      const name = names[index] ?? '';
      const problem = 'problem' in outcome ? outcome.problem : secretProblem(name, outcome.value, env);
      if ('value' in outcome) secrets.replace(name, outcome.value);
      return problem === undefined
        ? []
        : [{ name: secretVariable(name, { from: 'reference', reference: '' }), problem }];
    });
  }

  const looks: (() => Promise<void>)[] = [];
  const closes: (() => void)[] = [];
  return {
    follow(listener) {
      const offer = offering(config, listener);
      const files = new Map(
        secrets.sources().flatMap(([name, each]) => (each.from === 'file' ? [[name, each.path]] : [])),
      );
      const followed = followFiles(files, (name, read) => {
        if ('isOpen' in read && read.isOpen) listener.isOpen(`OJS_SECRET_${name}_FILE`);
        offer(name, read);
      });
      looks.push(followed.look);
      closes.push(followed.close);
      for (const group of groups) {
        const round = async (): Promise<boolean> => {
          const { outcomes, isAway } = await group.ask();
          outcomes.forEach((outcome, index) => {
            const read = 'value' in outcome ? { text: outcome.value } : outcome;
            offer(group.names[index] ?? '', read);
          });
          listener.refreshed(group.provider, !isAway);
          return !isAway;
        };
        const rounds = refreshing(round, { everyMs: rotation.refreshSeconds * 1_000, dueInMs: group.dueInMs });
        looks.push(rounds.now);
        closes.push(rounds.close);
      }
    },
    look: async () => void (await Promise.all(looks.map((look) => look()))),
    close: () => {
      for (const close of closes) close();
    },
  };
}

/** Takes what a source has now into use, unless it cannot be used. */
function offering({ secrets, env }: Config, listener: SecretsListener) {
  const rejected = new Map<string, string>();
  return (name: string, read: SecretFile | { readonly text: string }): void => {
    const problem = 'text' in read ? problemOf(name, read.text) : read.problem;
    if (problem !== undefined && problem !== rejected.get(name)) listener.rejected(name, problem);
    if (problem === undefined) rejected.delete(name);
    else rejected.set(name, problem);
    if (problem === undefined && 'text' in read && secrets.replace(name, read.text)) listener.reloaded(name);
  };

  function problemOf(name: string, text: string): string | undefined {
    const isAnother = secrets.get(name)?.reveal() !== text;
    if (!isAnother) return undefined;
    return AT_START.has(name) ? NOT_NOW : secretProblem(name, text, env);
  }
}
