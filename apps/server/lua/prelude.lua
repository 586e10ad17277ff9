-- Shared by every script. KEYS[1] is the tenant's prefix, `{ojs:<tenant>}`: all keys begin with it, so they are in one slot.
-- BullMQ's keys are prefix:queue:name, ours prefix/name. KEEP is filled in by the engine.
--
-- Each job is in exactly one place (BullMQ's own): prioritized = available, delayed = scheduled or retryable,
-- waiting-children = pending, active, completed, failed = discarded or cancelled. Beside it stand
--   prefix/index               id -> queue
--   prefix/timers              id -> the next moment at which something happens to the job by itself:
--                              it becomes due, its lease ends, it expires, or it is no longer kept
--   prefix/retryable/<queue>   which of the delayed are retries
--   prefix/cancelled/<queue>   which of the failed were cancelled
--   prefix/dead/<queue>        which of the failed are dead letters
--
-- A call from Lua costs more than most commands do. So what a script does to the same key many times (timers, events,
-- messages, the completed) is noted down, and written by `flush` at its end in one command each.
local prefix = KEYS[1]
local call = redis.call
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local epoch = call('GET', prefix .. '/epoch') or '0'

local cursor = 0
local function take()
  cursor = cursor + 1
  return ARGV[cursor]
end

local function own(name) return prefix .. '/' .. name end
local function of(queue, name) return prefix .. ':' .. queue .. ':' .. name end

-- Arguments of one command at a time stay well below Lua's limit for `unpack`.
local function many(command, key, args)
  for first = 1, #args, 4000 do
    call(command, key, unpack(args, first, math.min(first + 3999, #args)))
  end
end

local timers = {}
-- `at` false: nothing happens to the job by itself any more.
local function timer(id, at) timers[id] = at or false end

local events, ended, woken, completed = {}, {}, {}, {}

-- A line: type, queue, id, job type, then name=value; the error, which is JSON, comes last.
local function event(name, queue, id, job, rest)
  events[#events + 1] = name .. ' ' .. queue .. ' ' .. id .. ' ' .. job .. (rest and ' ' .. rest or '')
end

local function done(id) ended[#ended + 1] = id end

local function flush()
  local set, unset = {}, {}
  for id, at in pairs(timers) do
    if at then
      set[#set + 1] = at
      set[#set + 1] = id
    else
      unset[#unset + 1] = id
    end
  end
  many('ZADD', own('timers'), set)
  many('ZREM', own('timers'), unset)
  for queue, members in pairs(completed) do many('ZADD', of(queue, 'completed'), members) end
  if #events > 0 then call('XADD', own('events'), 'MAXLEN', '~', KEEP.events, '*', 'e', table.concat(events, '\n')) end
  for queue in pairs(woken) do call('PUBLISH', own('wake'), queue) end
  if #ended > 0 then call('PUBLISH', own('done'), table.concat(ended, ' ')) end
  timers, events, ended, woken, completed = {}, {}, {}, {}, {}
end

local function stateOf(queue, id)
  if call('HEXISTS', of(queue, id), 'lo') == 1 then return 'active' end
  if call('ZSCORE', of(queue, 'prioritized'), id) then return 'available' end
  if call('ZSCORE', of(queue, 'completed'), id) then return 'completed' end
  if call('ZSCORE', of(queue, 'failed'), id) then
    return call('ZSCORE', own('cancelled/' .. queue), id) and 'cancelled' or 'discarded'
  end
  if call('ZSCORE', of(queue, 'delayed'), id) then
    return call('ZSCORE', own('retryable/' .. queue), id) and 'retryable' or 'scheduled'
  end
  if call('ZSCORE', of(queue, 'waiting-children'), id) then return 'pending' end
  return nil
end

-- Takes the job out of the place that `state` means; it must be put into another in the same script.
local function leave(queue, id, state)
  if state == 'available' then
    call('ZREM', of(queue, 'prioritized'), id)
  elseif state == 'active' then
    call('LREM', of(queue, 'active'), -1, id)
    call('HDEL', of(queue, id), 'lo', 'lw', 'ls', 'le', 'dl')
  elseif state == 'scheduled' or state == 'retryable' then
    call('ZREM', of(queue, 'delayed'), id)
    call('ZREM', own('retryable/' .. queue), id)
  elseif state == 'pending' then
    call('ZREM', of(queue, 'waiting-children'), id)
  elseif state == 'completed' then
    call('ZREM', of(queue, 'completed'), id)
  else
    call('ZREM', of(queue, 'failed'), id)
    call('ZREM', own('cancelled/' .. queue), id)
    call('ZREM', own('dead/' .. queue), id)
  end
end

-- Makes jobs available, in the order given: `jobs` is a list of { id, priority }.
-- Waiting servers are woken when the first comes into an empty place: whoever fetched before that goes on by itself.
local function makeAvailable(queue, jobs)
  local waiting = of(queue, 'prioritized')
  if call('EXISTS', waiting) == 0 then woken[queue] = true end
  local turn = call('INCRBY', of(queue, 'pc'), #jobs) - #jobs
  local members = {}
  for i = 1, #jobs do
    members[i * 2 - 1] = jobs[i][2] * 0x100000000 + (turn + i) % 0x100000000
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

local function remove(queue, id, state)
  leave(queue, id, state)
  call('DEL', of(queue, id))
  call('HDEL', own('index'), id)
  timer(id, false)
end

local function becomeFailed(queue, id, keepMs)
  call('ZADD', of(queue, 'failed'), now, id)
  call('HSET', of(queue, id), 'finishedOn', now)
  timer(id, now + keepMs)
  done(id)
end

local function becomeDeadLetter(queue, id)
  local dead = own('dead/' .. queue)
  call('ZADD', dead, now, id)
  timer(id, now + KEEP.deadLetterMs)
  -- More than one at a time when the setting was lowered.
  local excess = call('ZCARD', dead) - KEEP.deadLetters
  if excess > 0 then
    for _, oldest in ipairs(call('ZRANGE', dead, 0, math.min(excess, 100) - 1)) do remove(queue, oldest, 'discarded') end
  end
end

-- A job whose time to live ended before it was started (ojs-core 5.2, expires_at).
local function expire(queue, id, state)
  local job = call('HGET', of(queue, id), 'name')
  leave(queue, id, state)
  call('HSET', of(queue, id), 'failedReason', 'expired', 'ex', now)
  becomeFailed(queue, id, KEEP.discardedMs)
  event('job.expired', queue, id, job)
end
