-- Adding jobs: an enqueue, a firing of a cron entry and a step of a workflow all do it here.

-- Takes one job from ARGV: queue, id, type, pending (1 or 0), priority (BullMQ's), due and expires (ms or ''), unique
-- (see unique.lua), how many field arguments, the fields of its hash.
local function takeJob()
  local job = { queue = take(), id = take(), name = take(), pending = take() == '1', priority = tonumber(take()), due = tonumber(take()), expires = tonumber(take()), unique = takeUnique() }
  local fields = tonumber(take())
  job.first, job.last = cursor + 1, cursor + fields
  cursor = cursor + fields
  return job
end

local function place(job)
  local queue, id = job.queue, job.id
  if job.pending then
    call('ZADD', of(queue, 'waiting-children'), now, id)
    if job.due and job.due > now then call('HSET', of(queue, id), 'due', job.due) end
    if job.expires then timer(id, job.expires) end
    return 'pending'
  end
  if job.due and job.due > now then
    if not delayed[queue] then delayed[queue] = {} end
    local members = delayed[queue]
    members[#members + 1] = job.due * 0x1000
    members[#members + 1] = id
    timer(id, job.expires and job.expires < job.due and job.expires or job.due)
    event('job.scheduled', queue, id, job.name, 'at=' .. string.format('%.0f', job.due))
    return 'scheduled'
  end
  table.insert(available[queue], { id, job.priority })
  if job.expires then timer(id, job.expires) end
  event('job.enqueued', queue, id, job.name, 'p=' .. job.priority)
  return 'available'
end

-- Adds a job whose id is known to be free and that was judged (unique.lua). Returns its state. What it becomes available by
-- is written by `flush`.
local function add(job)
  local queue, id = job.queue, job.id
  if job.replaces then cancelReplaced(job) end
  local delay = not job.pending and job.due and math.max(job.due - now, 0) or 0
  call('HSET', of(queue, id), 'timestamp', now, 'priority', job.priority, 'delay', delay, unpack(ARGV, job.first, job.last))
  if job.replaces then call('HSET', of(queue, id), 'ur', job.replaced, unpack(job.kept and { 'sa', job.kept } or {})) end
  added[#added + 1] = id
  added[#added + 1] = queue
  if not available[queue] then available[queue] = {} end
  local state = place(job)
  if job.unique then claim(job, state) end
  return state
end
