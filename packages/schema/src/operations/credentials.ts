import { z } from 'zod';
import {
  CreateCredentialRequest,
  CredentialAnswer,
  CredentialId,
  CredentialsAnswer,
  CredentialsQuery,
  CredentialWithKeyAnswer,
  RevokeCredentialRequest,
  RotateCredentialRequest,
  UpdateCredentialRequest,
} from '../credentials.ts';
import { define } from './operation.ts';

const path = '/ojs/v1/admin/credentials';
const params = z.object({ id: CredentialId });
/** For who administers every queue of the credential's tenant. */
const rights = { permission: 'admin', planes: [] } as const;

export const credentialOperations = {
  listCredentials: define({
    ...rights,
    id: 'listCredentials',
    method: 'GET',
    path,
    summary: 'The credentials of the tenant, oldest first; never their secrets',
    query: CredentialsQuery,
    status: 200,
    answer: CredentialsAnswer,
  }),
  getCredential: define({
    ...rights,
    id: 'getCredential',
    method: 'GET',
    path: `${path}/{id}`,
    summary: 'A credential, without its secrets',
    params,
    status: 200,
    answer: CredentialAnswer,
  }),
  createCredential: define({
    ...rights,
    id: 'createCredential',
    secondFactor: true,
    method: 'POST',
    path,
    summary: 'Make a credential with no more rights than one’s own; the answer is the only one that shows the key',
    body: CreateCredentialRequest,
    status: 201,
    answer: CredentialWithKeyAnswer,
  }),
  updateCredential: define({
    ...rights,
    id: 'updateCredential',
    secondFactor: true,
    method: 'PATCH',
    path: `${path}/{id}`,
    summary: 'Change roles, queues, end or label of a credential',
    params,
    body: UpdateCredentialRequest,
    status: 200,
    answer: CredentialAnswer,
  }),
  rotateCredential: define({
    ...rights,
    id: 'rotateCredential',
    secondFactor: true,
    method: 'POST',
    path: `${path}/{id}/rotate`,
    summary: 'Give a credential a new secret; the one before is accepted too for a while',
    params,
    body: RotateCredentialRequest,
    bodyOptional: true,
    status: 200,
    answer: CredentialWithKeyAnswer,
  }),
  revokeCredential: define({
    ...rights,
    id: 'revokeCredential',
    secondFactor: true,
    method: 'POST',
    path: `${path}/{id}/revoke`,
    summary: 'End a credential, everywhere and for good',
    params,
    body: RevokeCredentialRequest,
    bodyOptional: true,
    status: 200,
    answer: CredentialAnswer,
  }),
};
