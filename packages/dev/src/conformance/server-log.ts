/** pino's number for a warning. */
const warning = 40;

/** The last warnings and errors of a server log (JSON lines), and whatever in it is not JSON, such as a stack. */
export function worthReading(log: string, most = 20): string {
  return log
    .split('\n')
    .filter((line) => line.trim() !== '' && levelOf(line) >= warning)
    .slice(-most)
    .join('\n');
}

function levelOf(line: string): number {
  try {
    const { level } = JSON.parse(line) as { level?: unknown };
    if (typeof level === 'number') return level;
    return level === 'info' || level === 'debug' || level === 'trace' ? 0 : warning;
  } catch {
    return warning;
  }
}
