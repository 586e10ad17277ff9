export { type Config, loadConfig } from './config/config.ts';
export { ConfigMistakes, type Mistake } from './config/mistakes.ts';
export type { Mechanisms } from './identity/identity.ts';
export { type RunningServer, startServer } from './server.ts';
export { StartProblem } from './start-problem.ts';
export { VERSION } from './version.ts';
