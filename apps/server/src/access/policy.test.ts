import { expect, test } from 'vitest';
import { BadPolicy, DEFAULT_POLICY, parsePolicy } from './policy.ts';

test('a policy adds roles and replaces those of the same name', () => {
  const { roles } = parsePolicy('{"roles":{"auditor":["inspect"],"worker":["dequeue"]}}');
  expect(roles).toMatchObject({ auditor: ['inspect'], worker: ['dequeue'], producer: DEFAULT_POLICY.roles.producer });
});

test.each([
  ['', /not JSON/],
  ['{"roles":', /not JSON/],
  ['[]', /policy: /],
  ['{"principals":{"eve":{"disabled":true},"eve":{}}}', /same key twice/],
  ['{"principals":{"__proto__":{"disabled":true}}}', /not allowed/],
  ['{"role":{}}', /did you mean roles/],
  ['{"roles":{"x":["fly"]}}', /roles\.x\.0/],
  ['{"roles":{"X!":[]}}', /roles\.X!/],
  ['{"preset":"other"}', /preset/],
  [
    '{"principals":{"shop":{"grants":[{"effects":"deny","permissions":["admin"],"queues":["*"]}]}}}',
    /principals\.shop\.grants\.0/,
  ],
  [
    '{"principals":{"shop":{"grants":[{"permissions":["enqueue"],"queues":["a*"]}]}}}',
    /queues\.0: must be a queue name/,
  ],
  ['{"principals":{"shop":{"grants":[{"permissions":["enqueue"],"queues":[".*"]}]}}}', /queues\.0/],
  ['{"principals":{"shop":{"roles":["nobody"]}}}', /principals\.shop\.roles: no role nobody exists/],
  ['{"principals":{"shop":{"roles":["constructor"]}}}', /no role constructor exists/],
  ['{"roles":{"admin":["inspect"]}}', /nobody could administer/],
])('%s is refused with the place and the rule', (text, message) => {
  expect(() => parsePolicy(text)).toThrow(BadPolicy);
  expect(() => parsePolicy(text)).toThrow(message);
});
