import { z } from 'zod';
import type { Permission, Plane } from '../access.ts';
import { JobId, QueueName } from '../names.ts';

/** One operation of the API: what the server routes, the OpenAPI document describes and the SDKs call. */
export interface Operation {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With parameters as `{name}` (OpenAPI); the server turns them into `:name`. */
  readonly path: string;
  readonly summary: string;
  /**
   * What the caller must hold, on the queue or the job's queue. `self`: any credential, for what it does with itself only.
   * `public` needs no credential and says so here.
   */
  readonly permission: Permission | 'self' | 'public';
  /**
   * Destroys much at once, or changes who may do what: an admin needs a second factor where the setting `admin.mfa` says so, or
   * needs it unless the body says `dry_run: true`, which the operation then takes at its word.
   */
  readonly secondFactor?: true | 'unless_dry_run';
  /** Which credentials are taken, where it is not the usual ones: a registration secret is taken here and nowhere else. */
  readonly accepts?: 'registration';
  /** The planes whose credentials reach it; admin credentials reach every operation. */
  readonly planes: readonly Plane[];
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** A request without a body means `{}`. */
  readonly bodyOptional?: true;
  /** The body is a form (application/x-www-form-urlencoded), as OAuth has it. */
  readonly form?: true;
  /** 204 answers without a body; `answer` is then `z.undefined()`. */
  readonly status: 200 | 201 | 202 | 204;
  readonly answer: z.ZodType;
  /** Media type of the answer, where it is not OJS's JSON. */
  readonly media?: 'text/plain' | 'text/event-stream' | 'application/json';
}

export const define = <const T extends Operation>(operation: T): T => operation;

export const jobParams = z.object({ id: JobId });
export const queueParams = z.object({ name: QueueName });
