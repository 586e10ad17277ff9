import { expect, it } from 'vitest';
import { cpuOfInfo, cpuOfStat } from './cpu.ts';

it('finds user and system time behind a process name with spaces and parentheses', () => {
  const stat = '42 (a (b) c) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 1 0 1000 0 0';
  expect(cpuOfStat(stat)).toBeCloseTo(3);
});

it('adds user and system time of Redis, not of its children', () => {
  const info =
    '# CPU\r\nused_cpu_sys:1.5\r\nused_cpu_user:2.25\r\nused_cpu_sys_children:9\r\nused_cpu_user_children:9\r\n';
  expect(cpuOfInfo(info)).toBeCloseTo(3.75);
});
