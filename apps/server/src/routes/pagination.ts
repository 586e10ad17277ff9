import type { Page, Pagination } from '@ojs/schema';

export const PAGE_LIMIT = 50;

/** What an answer says of its place among all results (http-binding §17). */
export function paginationOf(page: Page, total: number, next: string | undefined): Pagination {
  return {
    total,
    limit: page.limit ?? PAGE_LIMIT,
    offset: page.offset ?? 0,
    has_more: next !== undefined,
    ...(next !== undefined && { next_cursor: next }),
  };
}

/** A cursor of a list that is sorted by name: the last name of the page. Opaque to clients. */
export const cursorAfter = (name: string): string => Buffer.from(`n:${name}`).toString('base64url');

/** The name, or undefined where the cursor is not one of ours. */
export function nameOfCursor(cursor: string): string | undefined {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  return text.startsWith('n:') && cursorAfter(text.slice(2)) === cursor ? text.slice(2) : undefined;
}
