import { z } from 'zod';
import type { Finding } from './finding.ts';

const Report = z.array(z.object({ id: z.string(), severity: z.string(), finding: z.string() }));

const OBJECTIONS: ReadonlySet<string> = new Set(['MEDIUM', 'HIGH', 'CRITICAL', 'FATAL']);

/** What testssl.sh's JSON says against the server. @throws when it is no such report */
export function judgeTestssl(json: string): Finding[] {
  return Report.parse(JSON.parse(json))
    .filter(({ severity }) => OBJECTIONS.has(severity))
    .map(({ id, severity, finding }) => ({ judge: 'testssl', id, text: `${severity} ${finding}` }));
}
