-- Pauses or resumes a queue, in the field that BullMQ reads. ARGV: epoch, queue, paused (1 or 0).
local stale, queue, paused = take() ~= epoch, take(), take() == '1'
if stale then return { 'stale', epoch } end
if call('HEXISTS', own('queues'), queue) == 0 then return { 'missing' } end
local meta = of(queue, 'meta')
local was = call('HEXISTS', meta, 'paused') == 1
if paused and not was then
  call('HSET', meta, 'paused', 1)
  event('queue.paused', queue, queue, '-')
elseif was and not paused then
  call('HDEL', meta, 'paused')
  event('queue.resumed', queue, queue, '-')
  woken[queue] = true
end
return { 'ok', now }
