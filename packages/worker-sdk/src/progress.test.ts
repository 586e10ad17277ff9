import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ProgressReport, ProgressSender } from './progress.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** A server that answers when it is told to. */
function server() {
  const heard: number[] = [];
  const answers: (() => void)[] = [];
  const send = ({ progress }: ProgressReport): Promise<void> =>
    new Promise((resolve) => {
      heard.push(progress);
      answers.push(resolve);
    });
  const answer = async (): Promise<void> => {
    answers.shift()?.();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { heard, answer, sender: new ProgressSender(send, 1_000) };
}

describe('progress', () => {
  it('goes at once, then at most once an interval, the newest only', async () => {
    const { heard, answer, sender } = server();
    for (const progress of [0.1, 0.2, 0.3]) sender.report({ progress });
    expect(heard).toEqual([0.1]);
    await answer();
    sender.report({ progress: 0.4 });
    await vi.advanceTimersByTimeAsync(999);
    expect(heard).toEqual([0.1]);
    await vi.advanceTimersByTimeAsync(1);
    expect(heard).toEqual([0.1, 0.4]);
    await answer();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(heard).toEqual([0.1, 0.4]);
  });

  it('has one request under way at a time, however slow the server is', async () => {
    const { heard, answer, sender } = server();
    sender.report({ progress: 0.1 });
    sender.report({ progress: 0.2 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(heard).toEqual([0.1]);
    await answer();
    expect(heard).toEqual([0.1, 0.2]);
  });

  it('is flushed: the last report goes without waiting, and is heard before the flush ends', async () => {
    const { heard, answer, sender } = server();
    for (const progress of [0.1, 0.9]) sender.report({ progress });
    let flushed = false;
    void sender.flush()?.then(() => {
      flushed = true;
    });
    await vi.advanceTimersByTimeAsync(1_500);
    expect(heard).toEqual([0.1]);
    await answer();
    expect(heard).toEqual([0.1, 0.9]);
    expect(flushed).toBe(false);
    await answer();
    await vi.advanceTimersByTimeAsync(0);
    expect(flushed).toBe(true);
  });

  it('has nothing to flush where all was heard', async () => {
    expect(server().sender.flush()).toBeUndefined();
    const { answer, sender } = server();
    sender.report({ progress: 0.1 });
    await answer();
    expect(sender.flush()).toBeUndefined();
  });
});
