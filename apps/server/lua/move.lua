-- Moves jobs from outside the worker protocol, each for itself or, where asked for, all or none.
-- ARGV: epoch, move (see MOVES), how (each, whole: all or none, look: none), how many; per job: queue, id, the state that it must be in ('' for any).
-- Answers: ok, now; then per job: ok, the state before and the type; or missing; or wrong and its state. Nothing was moved where
-- all or none was asked for and one of them is not ok.
local ENDED = { completed = true, cancelled = true, discarded = true }
local WAITING = { available = true, scheduled = true, retryable = true, pending = true }

local function becomeAvailableNow(job, expires)
  call('HSET', of(job.queue, job.id), 'enq', now, 'delay', 0)
  becomeAvailable(job.queue, job.id, job.priority, expires)
  event('job.enqueued', job.queue, job.id, job.name, 'f=' .. job.state .. ' p=' .. job.priority)
end

local function abandon(job) cancel(job.queue, job.id, job.state, 'cancelled') end

local function activate(job)
  local due = call('HGET', of(job.queue, job.id), 'due')
  leave(job.queue, job.id, job.state)
  call('HDEL', of(job.queue, job.id), 'due')
  if due and tonumber(due) > now then
    becomeDelayed(job.queue, job.id, tonumber(due), job.expires)
    event('job.scheduled', job.queue, job.id, job.name, 'f=' .. job.state .. ' at=' .. string.format('%.0f', due))
  else
    becomeAvailableNow(job, job.expires)
  end
end

local function deadLetterEvent(name, job)
  if call('ZSCORE', own('dead/' .. job.queue), job.id) then event(name, job.queue, job.id, job.name) end
end

-- Starts a job anew: attempts and errors begin again (ojs-core 6.3), the history of the life that ended is kept beside
-- (ojs-dead-letter 6.1). `rp` tells its lives apart, so that nobody who held it before can end an attempt of now that has
-- the same number. Its old time to live says nothing any more; and of a workflow that it was a step of, its first end was
-- the end.
local function restart(job)
  local key = of(job.queue, job.id)
  local before = call('HMGET', key, 'errs', 'hist', 'finishedOn')
  local errors = before[1]
  appendHistory(key, before[2], table.concat({ 'r', before[3] or now, now }, ' '))
  deadLetterEvent('dead_letter.retried', job)
  leave(job.queue, job.id, job.state)
  call('HDEL', key, 'atm', 'ats', 'gb', 'errs', 'et', 'rd', 'failedReason', 'stacktrace', 'finishedOn', 'processedOn', 'exp', 'ex', 'dr', 'rs', 'wf',
    'progress', 'pg', 'pm', 'pd', 'pt', 'pv')
  if errors then call('HSET', key, 'pe', errors) end
  -- Whether it may be there is asked when a job is sent, and not of one that was taken; but others meet it again.
  reclaim(job.queue, job.id)
  call('HINCRBY', key, 'rp', 1)
  becomeAvailableNow(job, nil)
end

local function retry(job)
  if job.state == 'discarded' then return restart(job) end
  leave(job.queue, job.id, job.state)
  becomeAvailableNow(job, job.expires)
end

local function delete(job)
  deadLetterEvent('dead_letter.deleted', job)
  remove(job.queue, job.id, job.state)
end

local MOVES = {
  cancel = { from = { available = true, scheduled = true, retryable = true, pending = true, active = true }, to = abandon },
  ['cancel-waiting'] = { from = WAITING, to = abandon },
  activate = { from = { pending = true }, to = activate },
  retry = { from = { discarded = true, retryable = true }, to = retry },
  delete = { from = ENDED, to = delete },
  ['retry-dead-letter'] = { dead = true, from = ENDED, to = restart },
  ['delete-dead-letter'] = { dead = true, from = ENDED, to = delete },
}

local stale, move, how = take() ~= epoch, MOVES[take()], take()
if stale then return { 'stale', epoch } end

local seen = {}

local function find(queue, id, wanted)
  -- Twice the same: the second finds what the first has left, which is not written yet.
  local state = not seen[id] and stateOf(queue, id)
  if not state or (move.dead and not call('ZSCORE', own('dead/' .. queue), id)) then return nil, { 'missing' } end
  if not move.from[state] or (wanted ~= '' and wanted ~= state) then return nil, { 'wrong', state } end
  seen[id] = true
  local fields = call('HMGET', of(queue, id), 'name', 'priority', 'exp')
  return { queue = queue, id = id, state = state, name = fields[1], priority = tonumber(fields[2]), expires = tonumber(fields[3]) }
end

local answers, jobs = { 'ok', now }, {}
for i = 1, tonumber(take()) do
  local job, refusal = find(take(), take(), take())
  jobs[#jobs + 1] = job
  answers[i + 2] = refusal or { 'ok', job.state, job.name }
end
if how == 'each' or (how == 'whole' and #jobs == #answers - 2) then
  for _, job in ipairs(jobs) do move.to(job) end
end
return answers
