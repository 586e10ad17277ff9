-- Changes whether a queue hands out jobs and takes new ones. ARGV: epoch, queue, state (active | paused | draining).
-- Paused stands in the field that BullMQ reads, draining beside the queue's name, where an enqueue looks anyway.
local stale, queue, state = take() ~= epoch, take(), take()
if stale then return { 'stale', epoch } end
local created = call('HGET', own('queues'), queue)
if not created then
  -- To pause a queue before its first job makes it.
  if state ~= 'paused' then return { 'missing' } end
  local why = makeQueue(queue)
  if why then return why end
  created = call('HGET', own('queues'), queue)
end
local meta, before = of(queue, 'meta'), queueState(queue)
if before == state then return { 'ok', now } end
if state == 'paused' then call('HSET', meta, 'paused', 1) else call('HDEL', meta, 'paused') end
call('HSET', own('queues'), queue, string.match(created, '^%d+') .. (state == 'draining' and ' draining' or ''))
event(({ active = 'queue.resumed', paused = 'queue.paused', draining = 'queue.draining' })[state], queue, queue, '-')
if before == 'paused' then woken[queue] = true end
return { 'ok', now }
