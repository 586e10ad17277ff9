// The server with one principal for everybody: what the others are compared with to know what identification costs. It lives here
// only; the server itself has no such setting.
import { loadConfig, type Mechanisms, startServer } from '@ojs/server';
import { messages } from '../../message.ts';
import type { Fixed } from './fixed.ts';

messages<Fixed>(async ({ env, principal: id, tenant }) => {
  const principal = Object.freeze({
    ...{ id, tenant, plane: 'producer' as const, roles: ['producer'], grants: [], mfa: false },
    credential: { kind: 'fixed', id: 'fixed' },
  });
  const known = { principal };
  const everybody: Mechanisms = { header: [() => known] };
  const { url } = await startServer(loadConfig({ env, execArgv: [] }), () => everybody);
  return { url };
});
