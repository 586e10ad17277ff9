-- The places of jobs, and how they get from one to another.
local function stateOf(queue, id)
  if call('HEXISTS', of(queue, id), 'lo') == 1 then return 'active' end
  if call('ZSCORE', of(queue, 'prioritized'), id) then return 'available' end
  if call('ZSCORE', of(queue, 'completed'), id) then return 'completed' end
  if call('ZSCORE', of(queue, 'failed'), id) then
    return call('ZSCORE', own('cancelled/' .. queue), id) and 'cancelled' or 'discarded'
  end
  if call('ZSCORE', of(queue, 'delayed'), id) then
    if call('ZSCORE', own('limited/' .. queue), id) then return 'available' end
    return call('ZSCORE', own('retryable/' .. queue), id) and 'retryable' or 'scheduled'
  end
  if call('ZSCORE', of(queue, 'waiting-children'), id) then return 'pending' end
  return nil
end

-- What hangs on a job besides its places, told where it leaves them: set by the libraries below.
-- stepEnded(step, state, queue, id): a step of a workflow reached a terminal state (workflow.lua).
-- leaseEnded(queue, id, limit): a job that counts for a limit is active no more (limits.lua).
-- waiterLeft(queue, id, limit, policy): a job that has a limit is available no more, and has not begun (limits.lua).
-- slotFreed(queue): a job of the queue is active no more.
-- uniqueRemoved(id, key): a job that carries a uniqueness key is no more (unique.lua).
local stepEnded, leaseEnded, waiterLeft, slotFreed, uniqueRemoved

-- What happened to a job before (ojs-execution-history), a line for each attempt that ended without completing it: attempt,
-- when it was available, started, ended, worker; or `r` and when it ended and started anew (move.lua). All else that its
-- history tells is in the record (engine/history/history.ts), so that a job that goes well pays nothing for it.
local function appendHistory(key, history, line)
  if KEEP.history == 0 then return end
  history = (history or '') .. line .. '\n'
  local _, lines = string.gsub(history, '\n', '')
  for _ = KEEP.history + 1, lines do history = string.match(history, '\n(.*)$') end
  call('HSET', key, 'hist', history)
end

-- Of an attempt that is about to end. Returns the key of the job's limit, if it has one.
local function remember(key)
  local job = call('HMGET', key, 'lk', 'hist', 'atm', 'enq', 'timestamp', 'processedOn', 'lw')
  appendHistory(key, job[2], table.concat({ job[3], job[4] or job[5], job[6], now, job[7] or '' }, ' '))
  return job[1]
end

-- Takes the job out of the place that `state` means; it must be put into another in the same script.
local function leave(queue, id, state)
  if state == 'available' then
    call('ZREM', of(queue, 'prioritized'), id)
    local limit = call('HMGET', of(queue, id), 'lk', 'lp')
    if limit[1] then waiterLeft(queue, id, limit[1], limit[2]) end
  elseif state == 'active' then
    local limit = remember(of(queue, id))
    call('LREM', of(queue, 'active'), -1, id)
    call('HDEL', of(queue, id), 'lo', 'lw', 'ls', 'le', 'dl')
    if limit then leaseEnded(queue, id, limit) end
    slotFreed(queue)
  elseif state == 'scheduled' or state == 'retryable' then
    call('ZREM', of(queue, 'delayed'), id)
    call('ZREM', own('retryable/' .. queue), id)
  elseif state == 'pending' then
    call('ZREM', of(queue, 'waiting-children'), id)
  elseif state == 'completed' then
    call('ZREM', of(queue, 'completed'), id)
  else
    call('ZREM', of(queue, 'failed'), id)
    call('PERSIST', own('checkpoint/' .. id))
    call('ZREM', own('cancelled/' .. queue), id)
    call('ZREM', own('dead/' .. queue), id)
  end
end

-- Makes jobs available, in the order given: `jobs` is a list of { id, priority }.
-- BullMQ's score is the priority times 2^32 and a turn below it; with steps of 2^-12 a queue has 2^44 turns before newer
-- jobs would overtake older ones, and the score is still exact.
-- Waiting servers are woken when the first comes into an empty place: whoever fetched before that goes on by itself.
function makeAvailable(queue, jobs)
  local waiting = of(queue, 'prioritized')
  if call('EXISTS', waiting) == 0 then woken[queue] = true end
  local turn = call('INCRBY', of(queue, 'pc'), #jobs) - #jobs
  local members = {}
  for i = 1, #jobs do
    members[i * 2 - 1] = jobs[i][2] * 0x100000000 + (turn + i) % 0x100000000000 / 0x1000
    members[i * 2] = jobs[i][1]
  end
  many('ZADD', waiting, members)
end

local function becomeAvailable(queue, id, priority, expires)
  makeAvailable(queue, { { id, priority } })
  timer(id, expires)
end

local function becomeDelayed(queue, id, due, expires)
  -- BullMQ's score: twelve bits of sequence below the milliseconds.
  call('ZADD', of(queue, 'delayed'), due * 0x1000, id)
  call('HSET', of(queue, id), 'delay', due - now)
  timer(id, expires and expires < due and expires or due)
end

-- Removes a job that has ended in `state`. If it was a step, its workflow has known since, and the workflow's id may be another's by now.
local function remove(queue, id, state)
  leave(queue, id, state)
  local unique = call('HGET', of(queue, id), 'uk')
  if unique then uniqueRemoved(id, unique) end
  call('DEL', of(queue, id), own('checkpoint/' .. id))
  call('HDEL', own('index'), id)
  timer(id, false)
end

local function dropResult(queue, id)
  if call('HDEL', of(queue, id), 'returnvalue') == 1 then call('HSET', of(queue, id), 'rx', now) end
end

-- `state`: cancelled or discarded.
local function becomeFailed(queue, id, state)
  local key = of(queue, id)
  call('ZADD', of(queue, 'failed'), now, id)
  call('HSET', key, 'finishedOn', now)
  if state == 'cancelled' then call('ZADD', own('cancelled/' .. queue), now, id) end
  timer(id, now + (state == 'cancelled' and KEEP.cancelledMs or KEEP.discardedMs))
  done(id)
  local job = call('HMGET', key, 'wf', 'cp')
  if job[2] then call('PEXPIRE', own('checkpoint/' .. id), KEEP.checkpointMs) end
  if job[1] then stepEnded(job[1], state, queue, id) end
end

local function becomeDeadLetter(queue, id)
  local dead = own('dead/' .. queue)
  call('ZADD', dead, now, id)
  -- Whoever retries it goes on from there.
  call('PERSIST', own('checkpoint/' .. id))
  timer(id, now + KEEP.deadLetterMs)
  event('dead_letter.added', queue, id, call('HGET', of(queue, id), 'name'))
  -- More than one at a time when the setting was lowered.
  local excess = call('ZCARD', dead) - KEEP.deadLetters
  if excess > 0 then
    local oldest = call('ZRANGE', dead, 0, math.min(excess, 100) - 1)
    for _, each in ipairs(oldest) do remove(queue, each, 'discarded') end
    event('dead_letter.pruned', queue, queue, '-', 'n=' .. #oldest)
  end
end

-- Jobs that expired in this script: queue, type, queue, type, ...
local lapsed = {}

-- `why`: cancelled, replaced or purged.
local function cancel(queue, id, state, why)
  leave(queue, id, state)
  call('HSET', of(queue, id), 'failedReason', why)
  becomeFailed(queue, id, 'cancelled')
  event('job.cancelled', queue, id, call('HGET', of(queue, id), 'name'), 'f=' .. state)
end

-- A job whose time to live ended before it was started (ojs-core 5.2, expires_at).
local function expire(queue, id, state)
  local job = call('HMGET', of(queue, id), 'name', 'timestamp', 'exp')
  leave(queue, id, state)
  call('HSET', of(queue, id), 'failedReason', 'expired', 'ex', now)
  becomeFailed(queue, id, 'discarded')
  event('job.expired', queue, id, job[1], string.format('f=%s c=%s x=%.0f t=%.0f', state, job[2], now, (job[3] or now) - job[2]))
  lapsed[#lapsed + 1] = queue
  lapsed[#lapsed + 1] = job[1]
end

-- A job that the server itself gives up, with a reason that becomes its last error. It has left its place.
local function discard(queue, id, state, reason, message)
  local job = call('HMGET', of(queue, id), 'name', 'atm')
  call('HSET', of(queue, id), 'failedReason', message, 'dr', reason)
  becomeFailed(queue, id, 'discarded')
  local told = cjson.encode({ type = reason, code = reason, message = message, retryable = false })
  event('job.discarded', queue, id, job[1], 'f=' .. state .. ' a=' .. (job[2] or 0) .. ' e=' .. told)
end
