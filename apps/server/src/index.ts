export { StartProblem } from './assembly/start-problem.ts';
export { type Config, loadConfig } from './config/config.ts';
export { ConfigMistakes, type Mistake } from './config/mistakes.ts';
export { type RunningServer, startServer } from './server.ts';
export { VERSION } from './version.ts';
