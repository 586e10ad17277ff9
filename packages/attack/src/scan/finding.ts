import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Something a judge from outside objects to, at medium or above. */
export interface Finding {
  readonly judge: string;
  /** In the judge's own words, as the list of accepted findings names it. */
  readonly id: string;
  readonly text: string;
}

const Accepted = z.array(z.strictObject({ judge: z.string(), id: z.string(), why: z.string().min(20) }));
export type Accepted = z.infer<typeof Accepted>;

/** What is explained, and why: docs/scan-accepted.json. @throws when it is not such a list */
export const readAccepted = (path: string): Accepted => Accepted.parse(JSON.parse(readFileSync(path, 'utf8')));

export const isAccepted = ({ judge, id }: Finding, accepted: Accepted): boolean =>
  accepted.some((each) => each.judge === judge && each.id === id);
