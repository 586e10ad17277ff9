-- Rate and concurrency limits of jobs (ojs-rate-limiting) and of queues. A job that has one carries `lk`, the key, and `lp`, the policy.
-- All jobs of a key are counted together; each is judged by its own policy. Jobs of one key, policy and queue are a group.
--   prefix/running/<key>           the active jobs of the key
--   prefix/rate/<key>/<period>     how many began, by slices of time; a hundred slices make the period (a sliding window)
--   prefix/throttle/<key>          the last begin (µs), as if all had been evenly spaced
--   prefix/held/<key>              nothing begins before (ms)
--   prefix/later/<key>             the last moment that a job was rescheduled to
--   prefix/limited/<queue>         which of the delayed were put aside: available to everybody who asks, but in nobody's
--                                  way; score: their turn in `prioritized`
--   prefix/waiting/<key>/<group>   the same by group (policy, space, queue)
--   prefix/groups/<key>            the groups that wait; score: when it was last looked at them
--   timer limit/<key>              when to look at them again. `*` and a queue's name is the key of the queue's own rate
-- While a key is open, each group that waits has a job in `prioritized`: who begins, or leaves, brings back the next.
local SLICES = 100
-- Starts closer together than this (µs) may come in bursts of so much: a fetch is one moment.
local BURST = 10000
-- Should a key be closed with no end in sight (ms).
local LOOK_AGAIN = 60000
-- The longest that a worker can keep a key from beginning (ms).
local LONGEST_HOLD = 86400000
-- Groups of one key that one script looks at.
local GROUPS = 100
local micros = clock[1] * 1000000 + clock[2]
-- The next moment that a key opens, as far as this script found: told to the sweeper.
local opening

local function policyOf(text)
  local concurrency, limit, period, most, span = string.match(text, '^(%d*),(%d*),(%d*),(%d*),(%d*)')
  return {
    concurrency = tonumber(concurrency), limit = tonumber(limit), period = tonumber(period), most = most,
    interval = tonumber(most) and tonumber(span) * 1000 / tonumber(most),
  }
end

-- The slices of a period that ends now, oldest first, and how many began in them. Read once: many jobs and many groups of
-- one key ask for the same.
local periods = {}
local function periodOf(key, period)
  local name = 'rate/' .. key .. '/' .. period
  if periods[name] then return periods[name] end
  local width = math.ceil(period / SLICES)
  local flat = call('HGETALL', own(name))
  local slices, count = {}, 0
  for i = 1, #flat, 2 do
    local ends = (flat[i] + 1) * width + period
    if ends > now then
      slices[#slices + 1] = { ends, tonumber(flat[i + 1]) }
      count = count + flat[i + 1]
    end
  end
  table.sort(slices, function(a, b) return a[1] < b[1] end)
  periods[name] = { slices = slices, count = count }
  return periods[name]
end

-- How many began in the period that ends now, and when there will be fewer than `limit`.
local function window(key, limit, period)
  local known = periodOf(key, period)
  local left, opens = known.count, now
  for _, slice in ipairs(known.slices) do
    if left < limit then break end
    left, opens = left - slice[2], slice[1]
  end
  return known.count, opens
end

local function began(key, period, many)
  local width, rate = math.ceil(period / SLICES), own('rate/' .. key .. '/' .. period)
  local slice, known = math.floor(now / width), periodOf(key, period)
  call('HINCRBY', rate, string.format('%.0f', slice), many)
  known.count = known.count + many
  known.slices[#known.slices + 1] = { (slice + 1) * width + period, many }
  call('PEXPIRE', rate, period + width)
  if call('HLEN', rate) > SLICES + 2 then
    for _, slice in ipairs(call('HKEYS', rate)) do
      if (slice + 1) * width + period <= now then call('HDEL', rate, slice) end
    end
  end
end

-- When a job under the policy may begin (ms; now or before: at once); nil: when another ends. And what is in its way: the
-- strategy, its limit, how far it is used.
local function opensAt(key, policy)
  local at, why = tonumber(call('GET', own('held/' .. key)) or 0), 's=held'
  if policy.concurrency then
    local active = call('SCARD', own('running/' .. key))
    if active >= policy.concurrency then return nil, 's=concurrency l=' .. policy.concurrency .. ' c=' .. active end
  end
  if policy.period then
    local count, opens = window(key, policy.limit, policy.period)
    if opens > at then at, why = opens, 's=rate l=' .. policy.limit .. ' c=' .. count end
  end
  if policy.interval then
    local free = (tonumber(call('GET', own('throttle/' .. key))) or -policy.interval) + policy.interval
    if free > micros + (policy.interval < BURST and BURST or 0) and free / 1000 > at then
      at, why = math.ceil(free / 1000), 's=throttle l=' .. policy.most
    end
  end
  return at, why
end

local function begin(key, policy, id)
  call('SADD', own('running/' .. key), id)
  if policy.period then began(key, policy.period, 1) end
  if policy.interval then
    local throttle = own('throttle/' .. key)
    local last = tonumber(call('GET', throttle)) or 0
    local begins = math.max(micros, last + (policy.interval < BURST and policy.interval or 0))
    call('SET', throttle, string.format('%.0f', begins), 'PX', math.ceil(policy.interval / 1000) + 1000)
  end
end

-- A worker was told that nothing of the key should begin before that moment (ojs-rate-limiting 9.1).
local function hold(queue, id, key, moment)
  local held, at = own('held/' .. key), math.min(moment, now + LONGEST_HOLD)
  if at <= now or at <= (tonumber(call('GET', held)) or 0) then return end
  call('SET', held, string.format('%.0f', at), 'PX', math.ceil(at - now))
  event('rate_limit.dynamic_adjusted', queue, id, '-', 'k=' .. key .. ' u=' .. string.format('%.0f', at))
end

local function lookAgain(key, at)
  local name = 'limit/' .. key
  local known = timers[name] or tonumber(call('ZSCORE', own('timers'), name))
  if not known or at < known then
    timer(name, at)
    if not opening or at < opening then opening = at end
  end
end

-- A group without jobs is none, and a key without groups has nothing to look at again.
local function tidy(key, group)
  if call('EXISTS', own('waiting/' .. key .. '/' .. group)) == 1 then return end
  if call('ZREM', own('groups/' .. key), group) == 1 and call('EXISTS', own('groups/' .. key)) == 0 then
    timer('limit/' .. key, false)
  end
end

local function putAside(queue, id, key, group, turn)
  call('ZADD', own('waiting/' .. key .. '/' .. group), turn, id)
  call('ZADD', own('groups/' .. key), 'NX', now, group)
  call('ZADD', own('limited/' .. queue), turn, id)
  call('ZADD', of(queue, 'delayed'), now * 0x1000, id)
end

local function bringBack(key, group)
  local first = call('ZPOPMIN', own('waiting/' .. key .. '/' .. group))
  local id, queue = first[1], string.match(group, ' (.+)$')
  if id then
    call('ZREM', own('limited/' .. queue), id)
    call('ZREM', of(queue, 'delayed'), id)
    if call('EXISTS', of(queue, 'prioritized')) == 0 then woken[queue] = true end
    call('ZADD', of(queue, 'prioritized'), first[2], id)
    event('rate_limit.released', queue, id, call('HGET', of(queue, id), 'name'), 'k=' .. key .. ' i=' .. id)
  end
  tidy(key, group)
end

local function offer(key, group, policy)
  if call('EXISTS', own('waiting/' .. key .. '/' .. group)) == 0 then return end
  local at = opensAt(key, policy)
  if at and at <= now then bringBack(key, group) else lookAgain(key, at or now + LOOK_AGAIN) end
end

-- Something ended, or a moment came: each group that may go on gets a job into `prioritized`.
local function release(key)
  if string.sub(key, 1, 1) == '*' then
    timer('limit/' .. key, false)
    woken[string.sub(key, 2)] = true
    return
  end
  local groups = call('ZRANGE', own('groups/' .. key), 0, GROUPS - 1)
  if #groups == 0 then
    timer('limit/' .. key, false)
    return
  end
  local soonest = now + (#groups < GROUPS and LOOK_AGAIN or 100)
  for _, group in ipairs(groups) do
    call('ZADD', own('groups/' .. key), 'XX', now, group)
    local at = opensAt(key, policyOf(string.match(group, '^[^ ]+')))
    if at and at <= now then bringBack(key, group) elseif at and at < soonest then soonest = at end
  end
  if call('EXISTS', own('groups/' .. key)) == 1 then timer('limit/' .. key, soonest) end
end

-- Keys of which leases ended in this script. They are released once, when all have: it is looked at many groups.
local freed = {}
function leaseEnded(queue, id, key)
  call('SREM', own('running/' .. key), id)
  freed[key] = true
end

function releaseFreed()
  for key in pairs(freed) do release(key) end
  freed = {}
end

-- A limited job leaves `available` other than by beginning.
function waiterLeft(queue, id, key, policy)
  local group = policy .. ' ' .. queue
  if call('ZREM', own('limited/' .. queue), id) == 1 then
    call('ZREM', of(queue, 'delayed'), id)
    call('ZREM', own('waiting/' .. key .. '/' .. group), id)
    tidy(key, group)
  else
    offer(key, group, policyOf(policy))
  end
end

-- ojs-rate-limiting §8, `reschedule`: to the moment that the limit is expected to allow it, one after the other.
local function reschedule(queue, id, job, policy, at)
  local apart = policy.period and policy.period / policy.limit or 0
  if policy.interval then apart = math.max(apart, policy.interval / 1000) end
  if not at then apart = math.max(apart, policy.concurrency > 0 and 1000 / policy.concurrency or LOOK_AGAIN) end
  local later = own('later/' .. job.lk)
  local due = math.max(math.ceil(at or now + apart), math.ceil((tonumber(call('GET', later)) or 0) + apart))
  call('SET', later, string.format('%.0f', due), 'PX', math.ceil(due - now + apart))
  call('HSET', of(queue, id), 'rs', string.format('%.0f', due))
  becomeDelayed(queue, id, due, tonumber(job.exp))
  event('job.scheduled', queue, id, job.name, 'f=available at=' .. string.format('%.0f', due))
end

-- Whether a limited job that was taken out of `prioritized` may begin; it is counted then. Otherwise it went where its policy says.
local function admit(queue, id, job, turn)
  local key, policy, group = job.lk, policyOf(job.lp), job.lp .. ' ' .. queue
  local at, why = opensAt(key, policy)
  if at and at <= now then
    local first = call('ZRANGE', own('waiting/' .. key .. '/' .. group), 0, 0, 'WITHSCORES')
    if not first[1] or tonumber(first[2]) > turn then
      begin(key, policy, id)
      offer(key, group, policy)
      return true
    end
    -- The key has just opened, and it is another's turn.
    putAside(queue, id, key, group, turn)
    bringBack(key, group)
    return false
  end
  event('rate_limit.exceeded', queue, id, job.name, 'k=' .. key .. ' ' .. why)
  if job.la == 'drop' then
    discard(queue, id, 'available', 'rate_limited', 'the rate limit was reached')
    event('rate_limit.dropped', queue, id, job.name, 'k=' .. key .. ' i=' .. id .. ' y=' .. job.name)
  elseif job.la == 'reschedule' then
    reschedule(queue, id, job, policy, at)
  else
    putAside(queue, id, key, group, turn)
    lookAgain(key, at or now + LOOK_AGAIN)
  end
  return false
end

-- The queue's own limits, in the fields where BullMQ has its own: paused, concurrency, most in a period, the period (ms).
local metas = {}
local function metaOf(queue)
  if not metas[queue] then
    metas[queue] = call('HMGET', of(queue, 'meta'), 'paused', 'concurrency', 'max', 'duration')
  end
  return metas[queue]
end

-- How many more jobs of the queue may begin now.
local function roomIn(queue)
  local meta, room = metaOf(queue), math.huge
  if meta[1] then return 0 end
  if meta[2] then room = meta[2] - call('LLEN', of(queue, 'active')) end
  if meta[3] then
    local count, opens = window('*' .. queue, tonumber(meta[3]), tonumber(meta[4]))
    room = math.min(room, meta[3] - count)
    if opens > now then lookAgain('*' .. queue, opens) end
  end
  return math.max(room, 0)
end

local function beganIn(queue, many)
  local period = tonumber(metaOf(queue)[4])
  if period and many > 0 then began('*' .. queue, period, many) end
end

-- Whoever waits for a queue that had as many active jobs as it may have is woken.
function slotFreed(queue)
  if metaOf(queue)[2] then woken[queue] = true end
end
