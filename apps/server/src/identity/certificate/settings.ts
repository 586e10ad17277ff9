import { z } from 'zod';

/** Whose client certificates are believed, and whom they stand for. */
export const Certificates = z.strictObject({}).prefault({});
