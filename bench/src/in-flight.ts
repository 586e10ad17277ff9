/** Calls `operation` with 0 to `count - 1`, `width` at a time, and resolves when all have ended. */
export async function inFlight(
  width: number,
  count: number,
  operation: (i: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await operation(next++);
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane));
}
