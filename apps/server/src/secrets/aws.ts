import { Agent } from 'node:https';
import { getCACertificates } from 'node:tls';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { fieldOf, type Outcome, type Provider, readPlaces, textOf } from './provider.ts';
import type { AwsReference } from './reference.ts';

/** The optional dependency. */
type Sdk = typeof import('@aws-sdk/client-secrets-manager');

const MISSING =
  'needs the package @aws-sdk/client-secrets-manager beside the server: npm install @aws-sdk/client-secrets-manager';
/** For one attempt, of which the SDK makes up to three; milliseconds. */
const TIMEOUT_MS = 5_000;

/** Failures that say something about the secret or our rights; anything else means that there was no answer. */
const SAID: Readonly<Record<string, string>> = {
  ResourceNotFoundException: 'there is no such secret in this account and region',
  AccessDeniedException: 'it is denied: allow secretsmanager:GetSecretValue for it, and kms:Decrypt for its key',
  DecryptionFailure: 'its KMS key cannot decrypt it',
  InvalidRequestException: 'it is being deleted',
  InvalidParameterException: 'its id is not valid',
};

/**
 * AWS Secrets Manager by its own SDK, which finds region and credentials as it does everywhere (environment, files, web identity,
 * the machine's role).
 *
 * @param ca PEM of an authority that is believed besides the public ones
 * @param load the SDK, loaded only when a reference needs it
 */
export function createAwsProvider(
  ca: string | undefined,
  load: () => Promise<Sdk> = () => import('@aws-sdk/client-secrets-manager'),
): Provider<AwsReference> {
  let client: SecretsManagerClient | undefined;

  async function read({ id }: AwsReference): Promise<Outcome & { readonly isAway?: boolean }> {
    let sdk: Sdk;
    try {
      sdk = await load();
    } catch {
      return { problem: MISSING };
    }
    try {
      client ??= new sdk.SecretsManagerClient({ requestHandler: connections(ca) });
      const { SecretString } = await client.send(new sdk.GetSecretValueCommand({ SecretId: id }));
      return SecretString === undefined
        ? { problem: `${id}: it is binary, and must be text` }
        : { value: SecretString };
    } catch (error) {
      // The names only: messages can quote a request, credentials and all.
      const name = error instanceof Error ? error.name : 'unknown';
      const said = SAID[name];
      return said
        ? { problem: `${id}: ${said}` }
        : {
            problem: `${id}: AWS does not answer (${name}): check AWS_REGION, credentials and the way there`,
            isAway: true,
          };
    }
  }

  return {
    dueInMs: () => Number.POSITIVE_INFINITY,
    async read(references) {
      const places = await readPlaces(references, ({ id }) => id, read);
      const outcomes = references.map(({ field }, index) => outcomeOf(places[index], field));
      return { outcomes, isAway: places.some(({ isAway }) => isAway === true) };
    },
  };
}

const connections = (ca: string | undefined) => ({
  connectionTimeout: TIMEOUT_MS,
  requestTimeout: TIMEOUT_MS,
  throwOnRequestTimeout: true,
  ...(ca !== undefined && { httpsAgent: new Agent({ ca: [...getCACertificates(), ca], rejectUnauthorized: true }) }),
});

function outcomeOf(outcome: Outcome | undefined, field: string | undefined): Outcome {
  if (outcome === undefined || !('value' in outcome)) return { problem: outcome?.problem ?? 'AWS did not answer' };
  if (field === undefined) return textOf(outcome.value);
  try {
    return fieldOf(JSON.parse(outcome.value), field);
  } catch {
    return { problem: `it is not JSON, so it has no field ${field}: leave #${field} out, or store JSON` };
  }
}
