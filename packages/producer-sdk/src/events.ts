// The events of a server, for browsers: nothing here needs Node.js.
export {
  type EventFilter,
  type EventStreamOptions,
  eventStream,
  type GapEvent,
  type StateChangeEvent,
  type StreamedEvent,
} from '@ojs/client/events';
