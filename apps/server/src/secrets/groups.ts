import type { Config } from '../config/config.ts';
import { createAwsProvider } from './aws.ts';
import type { Outcome, Provider } from './provider.ts';
import { type AwsReference, parseReference, type VaultReference } from './reference.ts';
import type { VaultLogin } from './vault/login.ts';
import { createVaultProvider } from './vault/provider.ts';

export type ProviderName = 'vault' | 'aws';

/** All secrets that one secrets manager keeps. */
export interface Group {
  readonly provider: ProviderName;
  readonly names: readonly string[];
  /** Asks for all of them, in the order of the names. */
  ask(): Promise<{ readonly outcomes: readonly Outcome[]; readonly isAway: boolean }>;
  dueInMs(): number;
}

/** The secrets that the configuration refers to, by who keeps them. @param ca PEM that the SDK of AWS believes too */
export function groupsOf(config: Config, ca: string | undefined): Group[] {
  const vault: [string, VaultReference][] = [];
  const aws: [string, AwsReference][] = [];
  for (const [name, source] of config.secrets.sources()) {
    const reference = source.from === 'reference' ? parseReference(source.reference) : undefined;
    if (reference?.scheme === 'vault') vault.push([name, reference]);
    if (reference?.scheme === 'aws') aws.push([name, reference]);
  }
  return [
    ...(vault.length > 0 ? [group('vault', vault, vaultProvider(config))] : []),
    ...(aws.length > 0 ? [group('aws', aws, createAwsProvider(ca))] : []),
  ];
}

function group<R>(provider: ProviderName, entries: readonly [string, R][], from: Provider<R>): Group {
  const references = entries.map(([, reference]) => reference);
  return {
    provider,
    names: entries.map(([name]) => name),
    ask: () => from.read(references),
    dueInMs: () => from.dueInMs(),
  };
}

function vaultProvider({ vault, secrets }: Config): Provider<VaultReference> {
  const { url = '', namespace, caFile, appRole, kubernetes } = vault;
  return createVaultProvider({ url, namespace, caFile }, login());

  function login(): VaultLogin {
    if (appRole.roleId !== undefined) {
      const { roleId, mount } = appRole;
      return { method: 'approle', mount, roleId, secretId: () => secrets.get('VAULT_SECRET_ID') };
    }
    if (kubernetes.role === undefined) return { method: 'token', token: () => secrets.get('VAULT_TOKEN') };
    return { method: 'kubernetes', mount: kubernetes.mount, role: kubernetes.role, tokenFile: kubernetes.tokenFile };
  }
}
