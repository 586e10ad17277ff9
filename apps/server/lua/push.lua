-- Enqueues batches, each all or none.
-- ARGV: how many batches; per batch: epoch, how many jobs; per job: queue, id, pending (1 or 0), priority (BullMQ's),
-- due and expires (ms or ''), how many field arguments, the fields of its hash.
local known = {}

local function add(job)
  local queue, id = job.queue, job.id
  if not known[queue] then
    call('HSETNX', own('queues'), queue, now)
    known[queue] = true
  end
  call('HSET', own('index'), id, queue)
  call('HSET', of(queue, id), 'timestamp', now, 'priority', job.priority, 'delay', 0, unpack(ARGV, job.first, job.last))
  if job.pending then
    call('ZADD', of(queue, 'waiting-children'), now, id)
    if job.due and job.due > now then call('HSET', of(queue, id), 'due', job.due) end
    timer(id, job.expires)
    return 'pending'
  end
  if job.due and job.due > now then
    becomeDelayed(queue, id, job.due, job.expires)
    event('job.scheduled', queue, id, job.name, 'at', job.due)
    return 'scheduled'
  end
  becomeAvailable(queue, id, job.priority, job.expires)
  event('job.enqueued', queue, id, job.name, 'p', job.priority)
  return 'available'
end

local answers = {}
for b = 1, tonumber(take()) do
  local refusal = take() ~= epoch and { 'stale', epoch } or nil
  local jobs, seen = {}, {}
  for i = 1, tonumber(take()) do
    local job = { queue = take(), id = take(), name = take(), pending = take() == '1', priority = tonumber(take()), due = tonumber(take()), expires = tonumber(take()) }
    local fields = tonumber(take())
    job.first, job.last = cursor + 1, cursor + fields
    cursor = cursor + fields
    if not refusal and (seen[job.id] or call('HEXISTS', own('index'), job.id) == 1) then
      refusal = { 'exists', i - 1, job.id }
    end
    seen[job.id] = true
    jobs[i] = job
  end
  if refusal then
    answers[b] = refusal
  else
    local answer = { 'ok', now }
    for i = 1, #jobs do answer[i + 2] = add(jobs[i]) end
    answers[b] = answer
  end
end
return answers
