-- Removes jobs of a queue that are in one state, a slice at a time. What has not ended yet ends first, so that whatever
-- hangs on it (workflows, unique keys, limits, who waits for it) learns of it.
-- ARGV: epoch, queue, state, only what ended before (ms, '' for all), how many of the place to pass over, how many at most,
-- how what has not ended ends (cancelled | queue_deleted).
-- Answers: ok, how many were removed, how many more are to be passed over, whether that was all (1 or 0).
local PLACE = {
  available = 'prioritized', scheduled = 'delayed', retryable = 'delayed', pending = 'waiting-children',
  completed = 'completed', cancelled = 'failed', discarded = 'failed',
}
local stale, queue, state, before = take() ~= epoch, take(), take(), tonumber(take())
local from, most, how = tonumber(take()), tonumber(take()), take()
if stale then return { 'stale', epoch } end
if not queueState(queue) then return { 'missing' } end

local function slice()
  local place = of(queue, PLACE[state])
  if before then return call('ZRANGEBYSCORE', place, '-inf', '(' .. string.format('%.0f', before), 'LIMIT', from, most) end
  local ids = state == 'available' and call('ZRANGE', own('limited/' .. queue), 0, most - 1) or {}
  if #ids < most then
    for _, id in ipairs(call('ZRANGE', place, from, from + most - #ids - 1)) do ids[#ids + 1] = id end
  end
  return ids
end

local function finish(id)
  if state == 'completed' or state == 'cancelled' or state == 'discarded' then return state end
  if how == 'queue_deleted' then
    leave(queue, id, state)
    discard(queue, id, state, how, 'the queue was deleted')
    return 'discarded'
  end
  cancel(queue, id, state, 'purged')
  return 'cancelled'
end

local ids, removed, passed = slice(), 0, 0
for _, id in ipairs(ids) do
  if stateOf(queue, id) == state then
    remove(queue, id, finish(id))
    removed = removed + 1
  else
    passed = passed + 1
  end
end
return { 'ok', removed, passed, #ids < most and 1 or 0 }
