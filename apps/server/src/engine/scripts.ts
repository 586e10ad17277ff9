import { readFileSync } from 'node:fs';
import type { RedisClient } from '../redis/connect.ts';
import type { TenantSpace } from '../redis/keyspace.ts';
import { BackendUnavailable } from './errors.ts';
import type { EngineSettings } from './settings.ts';

export const SCRIPTS = [
  'push',
  'fetch',
  'settle',
  'heartbeat',
  'sweep',
  'read',
  'states',
  'move',
  'dead',
  'scan',
  'pause',
  'stats',
  'peek',
  'release',
  'forget-history',
  'workflow-stage',
  'workflow-create',
  'workflow-advance',
  'workflow-cancel',
  'workflow-results',
  'cron-save',
  'cron-delete',
  'cron-fire',
  'cron-retime',
  'progress',
  'checkpoint',
  'webhook',
  'rate-limit',
  'make-queues',
  'configure',
  'purge',
  'delete',
] as const;
export type ScriptName = (typeof SCRIPTS)[number];

/** What every script begins with, in this order: each may use what stands before it. */
const LIBRARIES = [
  'base',
  'places',
  'workers',
  'limits',
  'queues',
  'workflow',
  'unique',
  'add',
  'checkpoints',
] as const;

/** A script's answer: Redis knows strings, whole numbers, nothing and lists of these. */
export type Reply = string | number | null | Reply[];
export type Argument = string | number;

/** Runs one atomic script on the keys of one tenant. */
export type RunScript = (name: ScriptName, space: TenantSpace, args: readonly Argument[]) => Promise<Reply>;

/** Errors by which Redis says that it cannot serve just now, rather than that the script is wrong. */
const AWAY = /^(OOM|READONLY|LOADING|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|MISCONF|BUSY|TRYAGAIN|MOVED|ASK|UNKILLABLE)\b/;

/** What may be said of a failed command: never the command, which carries job arguments. */
export function redisFailure(error: unknown): Error {
  const message = error instanceof Error ? error.message : 'unknown';
  if (error instanceof Error && error.name === 'ReplyError' && !AWAY.test(message)) {
    return new Error(`script failed: ${message.split('\n', 1)[0]?.slice(0, 200)}`);
  }
  return new BackendUnavailable(error);
}

const luaOf = (name: string): string => readFileSync(new URL(`../../lua/${name}.lua`, import.meta.url), 'utf8');

const SHARED = LIBRARIES.map(luaOf).join('');

/** The whole text of a script: the settings, the libraries, its own part. */
export function sourceOf(name: ScriptName, settings: EngineSettings): string {
  const keep = Object.entries(settings).map(([setting, value]) => `${setting} = ${Number(value)}`);
  return `local KEEP = { ${keep.join(', ')} }\n${SHARED}local function main()\n${luaOf(name)}end\nlocal answer = main()\nflush()\nreturn answer\n`;
}

/** Loads the scripts with the settings written into them, and returns the one way to run them. */
export function loadScripts(client: RedisClient, settings: EngineSettings): RunScript {
  for (const name of SCRIPTS) client.defineCommand(`ojs_${name}`, { numberOfKeys: 1, lua: sourceOf(name, settings) });
  const commands = client as unknown as Record<string, (...args: Argument[]) => Promise<Reply>>;
  return async (name, space, args) => {
    try {
      return await commands[`ojs_${name}`]!(space.prefix, ...args);
    } catch (error) {
      throw redisFailure(error);
    }
  };
}
