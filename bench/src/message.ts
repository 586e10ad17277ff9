/** In a child process, until the parent is gone: answers each message of the parent with what `handle` returns, or with its error. */
export function messages<Asked>(handle: (asked: Asked) => Promise<unknown>): void {
  for (const end of ['SIGTERM', 'disconnect'] as const) process.once(end, () => process.exit(0));
  process.on('message', (asked: Asked) => {
    handle(asked).then(
      (answer) => process.send?.({ answer }),
      (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
    );
  });
}

export interface Said<Answer> {
  readonly answer?: Answer;
  readonly error?: string;
}
