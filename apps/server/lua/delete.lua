-- Deletes a queue, in two steps: `begin` closes it, and `end` removes what is left when all its jobs are gone.
-- ARGV: epoch, queue, step, whether jobs that wait are in the way (1 or 0). Answers: ok; or missing; or busy and how many jobs.
local stale, queue, step, waiting = take() ~= epoch, take(), take(), take() == '1'
if stale then return { 'stale', epoch } end
if not queueState(queue) then return { 'missing' } end
local function cards(places)
  local sum = 0
  for _, place in ipairs(places) do sum = sum + call('ZCARD', of(queue, place)) end
  return sum
end
local busy = call('LLEN', of(queue, 'active'))
if step == 'end' or waiting then busy = busy + cards({ 'prioritized', 'delayed', 'waiting-children' }) end
if busy > 0 then return { 'busy', busy } end
if step == 'begin' then
  local created = string.match(call('HGET', own('queues'), queue), '^%d+')
  call('HSET', own('queues'), queue, created .. ' draining')
  return { 'ok' }
end
busy = cards({ 'completed', 'failed' })
if busy > 0 then return { 'busy', busy } end
call('DEL', of(queue, 'meta'), of(queue, 'pc'))
call('HDEL', own('queues'), queue)
timer('limit/*' .. queue, false)
event('queue.deleted', queue, queue, '-')
return { 'ok' }
