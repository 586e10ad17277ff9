/** Resolves `wait(count)` after `count` calls of `one`. One wait at a time. */
export function countdown() {
  let left = 0;
  let reached = (): void => undefined;
  return {
    one: (): void => {
      if (--left === 0) reached();
    },
    wait: (count: number): Promise<void> =>
      new Promise((resolve) => {
        left = count;
        reached = resolve;
      }),
  };
}
