import { z } from 'zod';

/** Whose JWTs are believed. */
export const Issuers = z.array(z.never()).default([]);
