/** What stands in examples, manuals and templates, without case and punctuation. */
const SAMPLES: ReadonlySet<string> = new Set([
  ...['changeme', 'changeit', 'changethis', 'replaceme', 'placeholder', 'example', 'sample', 'default', 'todo', 'none'],
  ...[
    'null',
    'undefined',
    'test',
    'testing',
    'dev',
    'development',
    'insecure',
    'admin',
    'root',
    'redis',
    'vault',
    'ojs',
  ],
  ...['foobar', 'foobared', 'letmein', 'qwerty', 'hunter2', 'passw0rd', 'p4ssw0rd', '123456', '1234567', '12345678'],
  ...['123456789', '1234567890', 'abc123', 'topsecret', 'whsecret'],
]);
/** `your-secret-here`, `my password`, `redis_password123`, … */
const SPOKEN =
  /^(the|a|your|my|our|some|super|very|ojs|redis|vault|api|server|dev|test|default|example)*(secret|password|passwd|pass|pwd|key|token)+(key|here|goeshere)?\d{0,4}$/;
/** `<password>`, `${PASSWORD}`, `{{ password }}`, `$(PASSWORD)`: a template that nobody filled in. */
const TEMPLATE = /^(<[^<>]*>|\$\{[^{}]*\}|\$\([^()]*\)|\{\{.*\}\}|%[A-Z_]+%)$/s;

/** Whether this is no secret but what everybody knows: a sample, a template, or one character again and again. */
export function isSample(text: string): boolean {
  const plain = text.toLowerCase().replace(/[^a-z0-9]/g, '');
  return SAMPLES.has(plain) || SPOKEN.test(plain) || TEMPLATE.test(text.trim()) || /^(.)\1*$/s.test(text);
}
