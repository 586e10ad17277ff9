import { type Job, OjsConnectionError } from '@ojs/client';

const notOjs = (): OjsConnectionError =>
  new OjsConnectionError('The answer is not that of an OJS server: is `url` the address of one?', {
    code: 'invalid_answer',
  });

/** The job of an answer. @throws {OjsConnectionError} where there is none: nobody knows then what became of it */
export function jobIn({ job }: { readonly job: unknown }): Job {
  if (typeof job !== 'object' || job === null || !('id' in job) || typeof job.id !== 'string') throw notOjs();
  return job as Job;
}

/** As many jobs of an answer as were asked for. @throws {OjsConnectionError} where they are not there */
export function jobsIn({ jobs }: { readonly jobs: unknown }, count: number): Job[] {
  if (!Array.isArray(jobs) || jobs.length !== count) throw notOjs();
  return jobs.map((job: unknown) => jobIn({ job }));
}

/** A list of an answer. @throws {OjsConnectionError} */
export function listIn<Item>(items: readonly Item[]): readonly Item[] {
  if (!Array.isArray(items)) throw notOjs();
  return items;
}
