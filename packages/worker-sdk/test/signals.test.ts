import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Backend, jobOf, startBackend } from './backend.ts';

const program = new URL('signalled-worker.ts', import.meta.url);
let backend: Backend;
let child: ChildProcess;
let ended: Promise<unknown[]>;

beforeEach(async () => {
  backend = await startBackend();
  child = fork(program, {
    env: { OJS_URL: backend.url, OJS_CA_FILE: backend.ca, OJS_SECRET_API_KEY: 'ojs_work_id_secret' },
    execArgv: [],
  });
  ended = once(child, 'exit');
});
afterEach(async () => {
  child.kill('SIGKILL');
  await ended;
  await backend.stop();
});

const start = async (type: string): Promise<void> => {
  backend.push(jobOf(type, [1]));
  for (;;) if ((await once(child, 'message'))[0] === 'job.started') return;
};

it('SIGTERM lets the active job finish and ends the process with 0', async () => {
  await start('short');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(backend.bodies('ack')).toMatchObject([{ result: 'done' }]);
});

it('SIGINT gives the active job back and ends the process with 130', async () => {
  await start('long');
  child.kill('SIGINT');
  expect(await ended).toEqual([130, null]);
  expect(backend.bodies('nack')).toMatchObject([{ requeue: true }]);
});

it('a second signal hurries the first', async () => {
  await start('long');
  child.kill('SIGTERM');
  expect(await once(child, 'message')).toContain('state');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(backend.bodies('nack')).toMatchObject([{ requeue: true }]);
});

it('SIGTSTP stops fetching and SIGCONT resumes', async () => {
  const poll = await backend.heard('fetch');
  child.kill('SIGTSTP');
  await poll.gone;
  child.kill('SIGCONT');
  await start('short');
  await backend.heard('ack');
  expect(backend.bodies('fetch').length).toBeGreaterThan(1);
});
