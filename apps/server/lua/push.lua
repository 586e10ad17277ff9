-- Enqueues batches, each all or none.
-- ARGV: how many batches; per batch: epoch, how many jobs; per job: queue, id, type, pending (1 or 0), priority (BullMQ's),
-- due and expires (ms or ''), how many field arguments, the fields of its hash.
local function parse()
  local batches, ids = {}, {}
  for b = 1, tonumber(take()) do
    local batch = { epoch = take() }
    for i = 1, tonumber(take()) do
      local job = { queue = take(), id = take(), name = take(), pending = take() == '1', priority = tonumber(take()), due = tonumber(take()), expires = tonumber(take()) }
      local fields = tonumber(take())
      job.first, job.last = cursor + 1, cursor + fields
      cursor = cursor + fields
      batch[i] = job
      ids[#ids + 1] = job.id
    end
    batches[b] = batch
  end
  return batches, ids
end

local function taken(ids)
  local found = {}
  for first = 1, #ids, 4000 do
    local last = math.min(first + 3999, #ids)
    for i, queue in ipairs(call('HMGET', own('index'), unpack(ids, first, last))) do
      if queue then found[ids[first + i - 1]] = true end
    end
  end
  return found
end

local index, available = {}, {}

local function add(job)
  local queue, id = job.queue, job.id
  call('HSET', of(queue, id), 'timestamp', now, 'priority', job.priority, 'delay', 0, unpack(ARGV, job.first, job.last))
  index[#index + 1] = id
  index[#index + 1] = queue
  if not available[queue] then available[queue] = {} end
  if job.pending then
    call('ZADD', of(queue, 'waiting-children'), now, id)
    if job.due and job.due > now then call('HSET', of(queue, id), 'due', job.due) end
    if job.expires then timer(id, job.expires) end
    return 'pending'
  end
  if job.due and job.due > now then
    becomeDelayed(queue, id, job.due, job.expires)
    event('job.scheduled', queue, id, job.name, 'at=' .. string.format('%.0f', job.due))
    return 'scheduled'
  end
  table.insert(available[queue], { id, job.priority })
  if job.expires then timer(id, job.expires) end
  event('job.enqueued', queue, id, job.name, 'p=' .. job.priority)
  return 'available'
end

local batches, ids = parse()
local seen = taken(ids)
local answers = {}
for b, batch in ipairs(batches) do
  local refusal = batch.epoch ~= epoch and { 'stale', epoch } or nil
  local own_ids = {}
  for i, job in ipairs(batch) do
    if not refusal and (seen[job.id] or own_ids[job.id]) then refusal = { 'exists', i - 1, job.id } end
    own_ids[job.id] = true
  end
  if refusal then
    answers[b] = refusal
  else
    local answer = { 'ok', now }
    for i, job in ipairs(batch) do
      seen[job.id] = true
      answer[i + 2] = add(job)
    end
    answers[b] = answer
  end
end
many('HSET', own('index'), index)
for queue, jobs in pairs(available) do
  call('HSETNX', own('queues'), queue, now)
  if #jobs > 0 then makeAvailable(queue, jobs) end
end
return answers
