-- Sets the queue's own limits, in the fields where BullMQ has its own. ARGV: epoch, queue, whether it is to be made (1 or 0),
-- most active jobs, most starts, in how many ms; each '' for none.
local stale, queue, make = take() ~= epoch, take(), take() == '1'
if stale then return { 'stale', epoch } end
local before = queueState(queue)
if make then
  if before then return { 'exists' } end
  local why = makeQueue(queue)
  if why then return why end
  event('queue.created', queue, queue, '-')
elseif not before then
  return { 'missing' }
else
  event('queue.config_updated', queue, queue, '-')
end
for _, field in ipairs({ 'concurrency', 'max', 'duration' }) do
  local value = take()
  if value == '' then call('HDEL', of(queue, 'meta'), field) else call('HSET', of(queue, 'meta'), field, value) end
end
woken[queue] = true
return { 'ok', now }
