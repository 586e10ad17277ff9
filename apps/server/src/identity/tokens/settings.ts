import { z } from 'zod';

/** The tokens that this server issues. */
export const Tokens = z.strictObject({}).prefault({});
