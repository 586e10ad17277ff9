-- Shared by every script, and first of the libraries (see scripts.ts for their order). KEYS[1] is the tenant's prefix, `{ojs:<tenant>}`: all keys begin with it, so they are in one slot.
-- BullMQ's keys are prefix:queue:name, ours prefix/name. KEEP is filled in by the engine.
--
-- Each job is in exactly one place (BullMQ's own): prioritized = available, delayed = scheduled or retryable,
-- waiting-children = pending, active, completed, failed = discarded or cancelled. Beside it stand
--   prefix/index               id -> queue
--   prefix/timers              id -> the next moment at which something happens to the job by itself:
--                              it becomes due, its lease ends, it expires, or it is no longer kept;
--                              kind/name -> when the server has something else to do (sweep.lua)
--   prefix/retryable/<queue>   which of the delayed are retries
--   prefix/limited/<queue>     which of the delayed are available and wait for a rate limit (limits.lua)
--   prefix/cancelled/<queue>   which of the failed were cancelled
--   prefix/dead/<queue>        which of the failed are dead letters
--   prefix/checkpoint/<id>     what the job's attempts left behind (checkpoints.lua)
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

-- JSON that a client had a part in. It may hold half of a surrogate pair, at which cjson gives up: in the middle of a script
-- that has written already.
local function decoded(text)
  local ok, value = pcall(cjson.decode, text)
  if ok then return value end
  return cjson.decode((string.gsub(text, '\\u[dD][89a-fA-F]%x%x', '\\ufffd')))
end

-- Arguments of one command at a time stay well below Lua's limit for `unpack`.
local function many(command, key, args)
  for first = 1, #args, 4000 do
    call(command, key, unpack(args, first, math.min(first + 3999, #args)))
  end
end

local function all(command, args)
  for first = 1, #args, 4000 do call(command, unpack(args, first, math.min(first + 3999, #args))) end
end

local timers = {}
-- `at` false: nothing happens to the job by itself any more.
local function timer(id, at) timers[id] = at or false end

local events, ended, woken, completed = {}, {}, {}, {}
-- Jobs that were added (add.lua): id, queue, id, queue, ...; and of each queue those that became available, in order.
local added, available = {}, {}
-- Of each queue the jobs that became delayed: score, id, score, id, ...
local delayed = {}
-- Strings that are written whole: key -> value; false: it is deleted.
local texts = {}
local makeAvailable, releaseFreed

-- A line: type, queue (who may inspect it sees the event), id of the subject, job type or '-', then name=value (events/data.ts
-- says what each means; f= is the state before); an error (e=) or other data (j=), as a JSON object, comes last.
local function event(name, queue, id, job, rest)
  events[#events + 1] = name .. ' ' .. queue .. ' ' .. id .. ' ' .. job .. (rest and ' ' .. rest or '')
end

local function done(id) ended[#ended + 1] = id end

-- Events in one entry of the log: of entries a number is kept, however large, so they must not be.
local EVENTS = 25

local function flush()
  releaseFreed()
  many('HSET', own('index'), added)
  for queue, jobs in pairs(available) do
    call('HSETNX', own('queues'), queue, now)
    if #jobs > 0 then makeAvailable(queue, jobs) end
  end
  for queue, members in pairs(delayed) do many('ZADD', of(queue, 'delayed'), members) end
  local written, deleted = {}, {}
  for key, text in pairs(texts) do
    if text then
      written[#written + 1] = key
      written[#written + 1] = text
    else
      deleted[#deleted + 1] = key
    end
  end
  all('MSET', written)
  all('DEL', deleted)
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
  for first = 1, #events, EVENTS do
    local lines = table.concat(events, '\n', first, math.min(first + EVENTS - 1, #events))
    call('XADD', own('events'), 'MAXLEN', '~', KEEP.events, '*', 'e', lines)
  end
  for queue in pairs(woken) do call('PUBLISH', own('wake'), queue) end
  if #ended > 0 then call('PUBLISH', own('done'), table.concat(ended, ' ')) end
  timers, events, ended, woken, completed, added, available, delayed, texts = {}, {}, {}, {}, {}, {}, {}, {}, {}
end
