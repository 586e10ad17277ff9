import { z } from 'zod';

/** What the credentials of a plane must be bound to. */
export const BindingRules = z.strictObject({}).prefault({});
