import { z } from 'zod';

/** Shared secrets with which workers register. */
export const Registrations = z.array(z.never()).default([]);
