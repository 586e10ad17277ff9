import { expect, test } from 'vitest';
import { traceContextOf } from './trace-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

test('a traceparent names a span', () => {
  const traceparent = `00-${TRACE}-${SPAN}-01`;
  expect(traceContextOf({ traceparent })).toEqual({ traceId: TRACE, spanId: SPAN, traceFlags: 1 });
});

test.each([
  ['', undefined],
  ['no text', 1],
  ['a list', [`00-${TRACE}-${SPAN}-01`]],
  ['another version', `01-${TRACE}-${SPAN}-01`],
  ['upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
  ['no trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
  ['no span', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['something behind it', `00-${TRACE}-${SPAN}-01-more`],
  ['too much', `00-${TRACE}-${SPAN}-01${'1'.repeat(100_000)}`],
])('what is not one (%s) names none', (_, traceparent) => {
  expect(traceContextOf({ traceparent })).toBeUndefined();
});
