import { type Aim, holds, type Measure, type Row, type Scenario } from './scenario.ts';

/** A scenario and what came of it. */
export interface Measured extends Pick<Scenario, 'name' | 'title' | 'sides'> {
  readonly rows: readonly Row[];
}

/** One scenario as a table of text. */
export function table({ title, sides, rows }: Measured): string {
  const cells = rows.map((row) => {
    const held = holds(row);
    return [
      row.name,
      withUnit(row.ours.value, row.unit),
      row.theirs ? withUnit(row.theirs.value, row.unit) : '',
      row.ratio?.toFixed(2) ?? '',
      row.ratios ? `${Math.min(...row.ratios).toFixed(2)}–${Math.max(...row.ratios).toFixed(2)}` : '',
      row.cost?.toFixed(2) ?? '',
      row.aim ? aimText(row.aim, row.unit) : '',
      held === undefined ? '' : held ? 'reached' : 'MISSED',
      cpuText(row.ours),
      row.theirs ? cpuText(row.theirs) : '',
    ];
  });
  const [ours, theirs] = sides;
  const head = ['', ours, theirs, 'ratio', 'of pairs', 'CPU', 'aim', '', `CPU µs each: ${ours}`, theirs];
  const lines = [head, ...cells];
  const widths = head.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  const text = lines.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
  return [title, ...text.map((line) => `  ${line}`)].join('\n');
}

function withUnit(value: number, unit: string): string {
  const digits = value >= 100 ? 0 : 2;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${unit}`;
}

const aimText = ({ of, atLeast, atMost }: Aim, unit: string): string =>
  `${of === 'cost' ? 'CPU ' : ''}${atLeast === undefined ? '≤' : '≥'} ${atLeast ?? atMost}${of === 'ours' ? ` ${unit}` : ''}`;

const cpuText = ({ cpu }: Measure): string =>
  Object.entries(cpu ?? {})
    .map(([name, micros]) => `${name} ${micros.toFixed(0)}`)
    .join(', ');

/** How many aims there are and how many were reached. */
export function summary(measured: readonly Measured[]): string {
  const judged = measured.flatMap(({ rows }) => rows.map(holds)).filter((held) => held !== undefined);
  return `${judged.filter(Boolean).length} of ${judged.length} aims reached`;
}
