/** The severity number of a warning (ojs-logging). */
const warning = 13;

/** The last warnings and errors of a server log (JSON lines), and whatever in it is not JSON, such as a stack. */
export function worthReading(log: string, most = 20): string {
  return log
    .split('\n')
    .filter((line) => line.trim() !== '' && severityOf(line) >= warning)
    .slice(-most)
    .join('\n');
}

function severityOf(line: string): number {
  try {
    const { severity_number } = JSON.parse(line) as { severity_number?: unknown };
    return typeof severity_number === 'number' ? severity_number : warning;
  } catch {
    return warning;
  }
}
