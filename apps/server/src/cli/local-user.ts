import { userInfo } from 'node:os';

/** Who runs a command on this machine, for the audit log. */
export function localUser(): { principal: string; source_ip: string; correlation_id: string } {
  return { principal: `local:${userName()}`, source_ip: 'local', correlation_id: `local:${process.pid}` };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user without a name.
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
