import { KINDS } from './judge/index.ts';
import type { Verdict } from './soak.ts';

const SHOWN = 50;

/** The last line of a run: what must all be 0. */
export function summary({ findings }: Verdict): string {
  const counts = KINDS.map((kind) => [kind, findings.filter((finding) => finding.kind === kind).length] as const);
  return counts.map(([kind, count]) => `${kind}${kind === 'leaked' ? ' keys' : ''} ${count}`).join(', ');
}

export function report(verdict: Verdict): string {
  const { mischief, counts, findings } = verdict;
  const rows = [...Object.entries(counts), ...Object.entries(mischief)];
  const width = Math.max(...rows.map(([name]) => name.length));
  const table = rows.map(([name, count]) => `${name.padEnd(width)}  ${String(count).padStart(8)}`);
  const told = findings.slice(0, SHOWN).map(({ kind, what }) => `${kind}: ${what}`);
  const more = findings.length > SHOWN ? [`and ${findings.length - SHOWN} more`] : [];
  return [...table, '', ...told, ...more, summary(verdict)].join('\n');
}
