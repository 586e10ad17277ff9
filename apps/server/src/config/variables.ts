import { z } from 'zod';
import { Settings } from './settings.ts';

/** `validation.unknownAttributes` → `OJS_VALIDATION_UNKNOWN_ATTRIBUTES`. */
export const variableOf = (path: readonly string[]): string =>
  `OJS_${path.map((part) => part.replace(/[A-Z]/g, (letter) => `_${letter}`)).join('_')}`.toUpperCase();

function leaves(schema: z.ZodObject, path: readonly string[] = []): (readonly [string, readonly string[]])[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const inner = field instanceof z.ZodPrefault ? field.unwrap() : field;
    const here = [...path, name];
    return inner instanceof z.ZodObject ? leaves(inner, here) : [[variableOf(here), here] as const];
  });
}

/** Where the value of each environment variable goes. */
export const VARIABLES: ReadonlyMap<string, readonly string[]> = new Map(leaves(Settings));
