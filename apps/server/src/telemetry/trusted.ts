import { BadPolicy } from '../access/policy.ts';
import { ConfigMistakes } from '../config/mistakes.ts';
import { Refusal } from '../connection/refusal.ts';
import { EngineRefusal } from '../engine/errors.ts';
import { StartProblem } from '../start-problem.ts';

const OURS = [Refusal, EngineRefusal, ConfigMistakes, BadPolicy, StartProblem] as const;

/** Errors whose messages are our own words about names and rules; all others may quote what they were given. */
export const isOurs = (error: Error): boolean => OURS.some((kind) => error instanceof kind);
