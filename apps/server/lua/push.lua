-- Enqueues batches, each all or none.
-- ARGV: how many batches; per batch: epoch, rights (unique.lua), how many jobs, the jobs (add.lua).
-- Answers per batch: ok, now, per job its state; of one that others stood in the way of: what became of it.
local function parse()
  local batches, ids = {}, {}
  for b = 1, tonumber(take()) do
    local batch = { epoch = take(), rights = takeRights() }
    for i = 1, tonumber(take()) do
      local job = takeJob()
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

-- A job that exists already and is answered instead of the one that was sent: the same as read.lua answers.
local function told(old)
  local queue, id = old.queue, old.id
  local moments = own(old.state == 'retryable' and 'retryable/' .. queue or 'timers')
  return { 'existing', id, queue, old.state, call('ZSCORE', moments, id) or '', call('HGETALL', of(queue, id)) }
end

local function addAll(batch)
  local answer = { 'ok', now }
  for i, job in ipairs(batch) do
    if not job.existing then
      local state = add(job)
      answer[i + 2] = job.replaces and { 'added', state, job.kept or '', job.replaced } or state
    end
  end
  -- Not before all are added: it may be one of them.
  for i, job in ipairs(batch) do
    if job.existing then answer[i + 2] = told(job.existing) end
  end
  return answer
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
    refusal = refusal or closedTo(job.queue)
  end
  refusal = refusal or judge(batch, batch.rights)
  if not refusal then
    for _, job in ipairs(batch) do seen[job.id] = not job.existing or seen[job.id] end
  end
  answers[b] = refusal or addAll(batch)
end
return answers
