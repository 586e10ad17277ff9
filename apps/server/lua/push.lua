-- Enqueues batches, each all or none.
-- ARGV: how many batches; per batch: epoch, how many jobs, the jobs (see add.lua).
local function parse()
  local batches, ids = {}, {}
  for b = 1, tonumber(take()) do
    local batch = { epoch = take() }
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
return answers
