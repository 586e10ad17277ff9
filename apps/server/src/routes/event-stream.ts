import { formatTimestamp, STATE_CHANGED, TERMINAL_STATES } from '@ojs/schema';
import { EventWriter, type Frame } from '../connection/sse.ts';
import type { EventFollower, Gap } from '../engine/events/follow.ts';
import type { LoggedEvent } from '../engine/events/log.ts';
import type { Ask } from './ask.ts';
import { type EventWish, eventFilter } from './event-filter.ts';
import { identifyAsk } from './identify.ts';
import type { Answer } from './route.ts';
import { RECHECK_MS } from './while-admitted.ts';

/** ojs-realtime §2.4. */
const HEARTBEAT_MS = 15_000;

export interface StreamOptions {
  /** The channel of ojs-realtime that was asked for: its streams tell changes of state too. */
  readonly channel: string | undefined;
  /** From the query; the header of the same name wins. */
  readonly lastEventId: string | undefined;
}

/** The answer that tells events as they happen. @throws {Refusal} 429 when too many are open. */
export async function answerStream(ask: Ask, wish: EventWish, options: StreamOptions): Promise<Answer> {
  const { principal, services, tenant } = ask;
  const release = services.streams.take(`${principal.tenant} ${principal.id}`);
  try {
    const header = ask.request.headers['last-event-id'];
    const after = (typeof header === 'string' && header !== '' ? header : undefined) ?? options.lastEventId;
    const follower = await services.engine.followEvents(tenant, after);
    return {
      respond(reply, answers) {
        const response = answers.begin(reply, 'text/event-stream');
        const leave = (): void => {
          follower.close();
          release();
        };
        if (response === undefined) return leave();
        const { requestMs, waitMs } = services.limits;
        const heartbeatMs = Math.min(HEARTBEAT_MS, Math.max(requestMs, waitMs) / 2);
        const writer = new EventWriter(response, ask.gone, heartbeatMs);
        tell(ask, wish, options.channel, follower, writer)
          // Whatever ends it (a right that is gone, Redis away), the client connects again and hears the reason then.
          .then((last) => writer.end(last))
          .catch(() => writer.end())
          .finally(leave);
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

/** Tells until the time is up, the client has gone or the job has ended. @returns what is to be said at the end. */
async function tell(
  ask: Ask,
  wish: EventWish,
  channel: string | undefined,
  follower: EventFollower,
  writer: EventWriter,
): Promise<Frame | undefined> {
  const { gone, services } = ask;
  const until = Date.now() + services.limits.streamMs;
  const { isAbout, matches, tellsChanges } = eventFilter(ask, wish);
  const wantsChanges = tellsChanges && (channel !== undefined || wish.types !== undefined);
  const ended = wish.job === undefined ? undefined : await stateFrame(ask, wish.job);

  while (Date.now() < until) {
    const { events, gap } = await follower.next(ended === undefined ? RECHECK_MS : 0, gone);
    await identifyAsk(ask);
    if (gap !== undefined) await writer.send(gapFrame(gap, channel ?? 'all'));
    for (const event of events) {
      if (!isAbout(event)) continue;
      const isWanted = matches(event);
      const change = event.change();
      if (wantsChanges && change !== undefined) await writer.send(changeFrame(event, change, isWanted));
      if (isWanted) await writer.send({ id: event.id, event: event.type, data: event.event() });
      // A job that has ended says no more (ojs-realtime §2.1).
      if (wish.job !== undefined && change !== undefined && TERMINAL_STATES.has(change.to)) return undefined;
    }
    if (services.stopping.aborted) {
      return { event: 'server.shutdown', data: { reason: 'shutdown', grace_period_ms: 0 } };
    }
    if (gone.aborted) return undefined;
    if (ended !== undefined && events.length === 0 && gap === undefined) return wantsChanges ? ended : undefined;
    await writer.heartbeat();
  }
  return undefined;
}

/**
 * ojs-realtime §4.1. Where the event of which it says the same follows, it has an id of its own: a client that is cut off between
 * the two goes on with the event.
 */
function changeFrame(logged: LoggedEvent, { from, to }: { from: string; to: string }, eventFollows: boolean): Frame {
  const { subject: job_id, queue, jobType: type } = logged;
  const { time: timestamp } = logged.event();
  return {
    id: eventFollows ? `${logged.id}-s` : logged.id,
    event: STATE_CHANGED,
    data: { job_id, queue, type, from, to, timestamp },
  };
}

/** ojs-realtime §4.5. */
const gapFrame = ({ from, to }: Gap, channel: string): Frame => ({
  event: 'system.gap',
  data: { channel, gap_start: formatTimestamp(from), gap_end: formatTimestamp(to) },
});

/** The state of a job that has ended already, as the one thing that its stream will tell (ojs-realtime §2.1). */
async function stateFrame(ask: Ask, id: string): Promise<Frame | undefined> {
  const job = await ask.services.engine.info(ask.tenant, id);
  if (job === undefined || !TERMINAL_STATES.has(job.state)) return undefined;
  const { queue, type, state } = job;
  const timestamp = formatTimestamp(Date.now());
  return { event: STATE_CHANGED, data: { job_id: id, queue, type, from: state, to: state, timestamp } };
}
