import { z } from 'zod';

/** Who is asked about opaque tokens (RFC 7662). */
export const Introspection = z.array(z.never()).default([]);
