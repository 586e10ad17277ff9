import { isJobId, OjsError, OjsValidationError } from '@ojs/client';
import { listIn } from './answered.ts';

/** For every call. */
export interface Abortable {
  signal?: AbortSignal;
}

/** The items of a list, page by page as far as one iterates. */
export async function* pages<Item>(
  page: (place: { cursor?: string }) => Promise<{ items: readonly Item[]; next: string | null | undefined }>,
): AsyncGenerator<Item, void, undefined> {
  for (let place: { cursor?: string } | undefined = {}; place !== undefined; ) {
    const { items, next } = await page(place);
    yield* listIn(items);
    place = next ? { cursor: next } : undefined;
  }
}

/** A deletion whose answer was lost is sent again and finds nothing: then what was wanted is so. */
export async function gone(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!(error instanceof OjsError) || error.status !== 404 || error.attempts === 1) throw error;
  }
}

/** @throws {OjsValidationError} for what is no id, before anything is sent */
export function checkedId(id: string, path = 'id'): string {
  if (isJobId(id)) return id;
  throw new OjsValidationError('The job id is not valid', [{ path, message: 'must be a UUIDv7 in lower case' }]);
}
