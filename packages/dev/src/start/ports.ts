import { isPortFree } from '../free-port.ts';
import { Explained } from '../steps.mjs';

/** The two ports of the development server. */
export type Ports = { port: number; plainPort: number };

/** Reads OJS_PORT and OJS_PLAIN_PORT, by default 8443 and 8080. */
export function portsFrom(env: NodeJS.ProcessEnv): Ports {
  return { port: Number(env.OJS_PORT || 8443), plainPort: Number(env.OJS_PLAIN_PORT || 8080) };
}

/**
 * Makes sure that both can be listened on, before anything is started.
 *
 * @throws Explained naming each that is taken, and the setting that chooses another
 */
export async function checkPorts({ port, plainPort }: Ports, host: string): Promise<void> {
  const taken: string[] = [];
  if (!(await isPortFree(port, host))) taken.push(explain(port, 'https', 'OJS_PORT', port + 1000));
  if (!(await isPortFree(plainPort))) taken.push(explain(plainPort, 'http', 'OJS_PLAIN_PORT', plainPort + 1000));
  if (taken.length > 0) throw new Explained(`${taken.join('\n')}\nOr stop what uses it, perhaps another npm start.`);
}

const explain = (port: number, scheme: string, setting: string, other: number): string =>
  `Port ${port} (${scheme}) is taken. Choose another: ${setting}=${other} npm start`;
