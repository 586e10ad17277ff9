-- Queues: prefix/queues is queue -> when it was created (ms), with ` draining` after it where the queue takes no new jobs.
local function queueState(queue)
  local created = call('HGET', own('queues'), queue)
  if not created then return nil end
  if call('HEXISTS', of(queue, 'meta'), 'paused') == 1 then return 'paused' end
  return string.sub(created, -8) == 'draining' and 'draining' or 'active'
end

-- Why the queue takes no job that was not there before; nil where it does. A tenant may have `KEEP.queues` queues. Writes nothing.
local known, made = {}, 0
local function closedTo(queue)
  if known[queue] then return nil end
  local created = call('HGET', own('queues'), queue)
  if created and string.sub(created, -8) == 'draining' then return { 'closed', queue } end
  if not created then
    if call('HLEN', own('queues')) + made >= KEEP.queues then return { 'queues', KEEP.queues } end
    made = made + 1
  end
  known[queue] = true
  return nil
end

-- Makes the queue, should it not exist: whatever will bring jobs there counts as they do. Otherwise why not.
local function makeQueue(queue)
  local why = closedTo(queue)
  if not why then call('HSETNX', own('queues'), queue, now) end
  return why
end

-- Whoever fetches from a queue makes it, up to a tenth of all that there may be: names are cheap to invent.
local function fetchFrom(queue)
  if call('HEXISTS', own('queues'), queue) == 1 then return end
  if call('HLEN', own('queues')) < KEEP.queues / 10 then call('HSET', own('queues'), queue, now) end
end
