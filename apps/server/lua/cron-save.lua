-- Writes a cron entry, new or changed. ARGV: epoch, name, the revision that it has ('' for none), the one that it gets, owner,
-- scope of the credential that the owner wrote it with (JSON; '' for one without), enabled (1 or 0), queue, definition (JSON), next firing (ms; '' for none; '=' stays as it is), a time that the clock is put
-- forward over before that (ms or '').
--   prefix/cron/<name>          hash: def, rev, by (owner), scope, on, queue, next, gap, created, updated; of the firings so far:
--                               last (ms), count, job and jobq (the last job and its queue)
--   prefix/cron/<name>/history  list of firings, newest first (cron-fire.lua)
--   prefix/crons                name -> enabled (1 or 0), a space, queue
--   the timer cron/<name>       the next firing
local stale, name, before, after, owner, scope, on, queue, def, at, gap = take() ~= epoch, take(), take(), take(), take(), take(), take(), take(), take(), take(), take()
if stale then return { 'stale', epoch } end
local key = own('cron/' .. name)
local rev = call('HGET', key, 'rev')
if (rev or '') ~= before then return { 'changed' } end
local moved = call('HGET', key, 'queue') ~= queue
if moved then
  local why = closedTo(queue)
  if why then return why end
end
if not rev then
  if call('HLEN', own('crons')) >= KEEP.crons then return { 'full', KEEP.crons } end
  call('HSET', key, 'created', now, 'count', 0)
end
call('HSET', key, 'def', def, 'rev', after, 'by', owner, 'scope', scope, 'on', on, 'queue', queue, 'updated', now)
makeQueue(queue)
-- The last job is in the queue that was left, where the owner may have no rights and whoever reads the entry no eyes.
if moved then call('HDEL', key, 'job', 'jobq') end
call('HSET', own('crons'), name, on .. ' ' .. queue)
if at ~= '=' then
  call('HSET', key, 'next', at, 'gap', gap)
  timer('cron/' .. name, tonumber(at))
end
return { 'ok', now }
