import type { Job } from '@ojs/schema';
import { expect, it } from 'vitest';
import { NoSuchJob } from '../engine/errors.ts';
import { jobLog } from './job-log.ts';
import { createLog, type LogFields } from './log.ts';
import { isOurs } from './trusted.ts';

function written(write: (log: ReturnType<typeof createLog>) => void): string {
  let text = '';
  const collect = (line: string): void => {
    text += line;
  };
  write(createLog('trace', isOurs, { write: collect }));
  return text;
}

it('drops whatever an object carries beyond the fields of the type', () => {
  const sneaky = {
    job_id: '1',
    args: ['hunter2'],
    headers: { authorization: 'hunter2' },
    queue: { toJSON: () => 'hunter2' },
  };
  const text = written((log) => log.info(sneaky as unknown as LogFields, 'a line'));
  expect(text).toContain('"job_id":"1"');
  expect(text).not.toContain('hunter2');
});

it('writes the fields of the specification, what it says of a job under ojs', () => {
  const line = JSON.parse(written((log) => log.warn({ job_id: '1', queue: 'q', request_id: 'r' }, 'a line')));
  expect(line).toMatchObject({
    severity: 'WARN',
    severity_number: 13,
    message: 'a line',
    component: 'server',
    ojs: { job_id: '1', queue: 'q' },
    request_id: 'r',
  });
  expect(line.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

it('tells a foreign error by name, code and stack, never by its message or properties', () => {
  const error = Object.assign(new Error('ERR wrong hunter2'), {
    command: { name: 'set', args: ['k', 'hunter2'] },
    code: 'ERR',
  });
  error.stack = `Error: ERR wrong hunter2\nhunter2 in a second line\n    at somewhere (file.ts:1:2)`;
  const text = written((log) => log.error({ err: error }, 'failed'));
  expect(JSON.parse(text).error).toEqual({ type: 'Error', code: 'ERR', backtrace: '    at somewhere (file.ts:1:2)' });
});

it('tells the message of an error that is ours', () => {
  const text = written((log) => log.error({ err: new NoSuchJob('42') }, 'failed'));
  expect(JSON.parse(text).error.message).toBe('job 42 does not exist');
});

it('tells only the type of what is no error', () => {
  expect(written((log) => log.error({ err: 'hunter2' }, 'failed'))).not.toContain('hunter2');
});

it('takes only literal messages', () => {
  const variable: string = 'hunter2';
  written((log) => {
    // @ts-expect-error a message that is put together could hold what was sent
    log.info({}, `sent ${variable}`);
    // @ts-expect-error there is no field for arguments
    log.info({ args: [1] }, 'sent');
  });
});

it('tells of each step of a job where it is told to, and of nothing that the job carries', () => {
  const job = { id: '1', type: 'a', queue: 'q', args: ['hunter2'], meta: { token: 'hunter2' } } as unknown as Job;
  const text = written((log) => {
    const { enqueued, settled } = jobLog(log);
    enqueued?.('t', [job], 1);
    settled?.(
      't',
      { id: '1', type: 'a', queue: 'q', state: 'retryable', attempt: 1, max_attempts: 3, durationMs: 7 },
      1,
    );
  });
  const [first, second] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(first).toMatchObject({ message: 'Job enqueued', severity: 'DEBUG', ojs: { job_id: '1', queue: 'q' } });
  expect(second).toMatchObject({ message: 'Job failed, will retry', duration_ms: 7 });
  expect(text).not.toContain('hunter2');
});
