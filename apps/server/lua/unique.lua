-- Unique jobs (ojs-unique-jobs). prefix/unique/<key> has the jobs that were sent with a uniqueness key, by the moment of
-- their creation; a job carries its key as `uk`. Whether one of them is in the way is asked of its state when another
-- comes, so nothing needs to be released. What leaves the set: jobs that are removed (places.lua), and what HOLDERS says.
--
-- A script that adds jobs for somebody:
--   local rights = takeRights()                    -- before or between the jobs, as the arguments come
--   local refusal = judge(jobs, rights)            -- jobs of takeJob; before the first write
--   if refusal then return refusal end
--   add(job) for each job that has no `existing`   -- cancels what it replaces
-- Refusals: ask and queues (of which the rights must be told too, then again); duplicate and the job's place (from 0), what
-- exists (id, queue, state), the key; forbidden, the job's place and the queue of what it may not replace.
local HOLDERS = 12
local TERMINAL = { completed = true, cancelled = true, discarded = true }
local judge, uniquely, claim

-- Jobs of this script: until `flush`, neither the index nor a place has them.
local fresh = {}

-- ARGV: the principal, how many queues, per queue: name, what the principal may do there with jobs that are in the way:
-- all (replace any), own (replace its own), see (nothing), none (the queue does not exist for it).
local function takeRights()
  local rights = { principal = take(), of = {} }
  for _ = 1, tonumber(take()) do
    local queue = take()
    rights.of[queue] = take()
  end
  return rights
end

-- One argument: '' or key, strategy, period in ms ('' for none), states with a comma on either side.
local function takeUnique()
  local key, strategy, period, states = string.match(take(), '^(%x+) (%S+) (%d*) (%S+)$')
  return key and { key = key, strategy = strategy, period = tonumber(period), states = states } or nil
end

-- The jobs with the key, oldest first, each with its state.
local function holders(key)
  local found = {}
  local stored = call('ZRANGE', own('unique/' .. key), 0, -1, 'WITHSCORES')
  for i = 1, #stored, 2 do
    local id = stored[i]
    local new = fresh[id]
    local queue = new and new.queue or call('HGET', own('index'), id)
    local state = new and new.state or queue and stateOf(queue, id)
    if state then found[#found + 1] = { id = id, queue = queue, state = state, created = tonumber(stored[i + 1]) } end
  end
  return found
end

-- Many jobs have one key: takes those from the list that need not be remembered, and answers their ids. Of the jobs that
-- ended these are all but the newest in each state (it is in the way wherever an older one is); of the others the oldest, of
-- which there are many only where a policy does not mind them.
local function forget(list)
  local ids, kept = {}, {}
  local open = 0
  for i = #list, 1, -1 do
    local state = list[i].state
    if not TERMINAL[state] then open = open + 1 end
    if kept[state] or open > HOLDERS - 4 then ids[#ids + 1] = table.remove(list, i).id end
    kept[state] = TERMINAL[state]
  end
  return ids
end

local function mayReplace(old, rights)
  local right = rights.of[old.queue]
  if right ~= 'own' then return right == 'all' end
  return (old.job and rights.principal or call('HGET', of(old.queue, old.id), 'by')) == rights.principal
end

local function inTheWay(job, list, rights, unknown)
  local rule, found = job.unique, {}
  for i = #list, 1, -1 do
    local old = list[i]
    local inTime = not rule.period or old.created + rule.period > now
    if inTime and string.find(rule.states, ',' .. old.state .. ',', 1, true) then
      local right = rights.of[old.queue]
      if not right then unknown[#unknown + 1] = old.queue end
      if right ~= 'none' then found[#found + 1] = old end
    end
  end
  return found
end

-- Decides on one job; notes down on it what is to be done. `list` has what it may meet, jobs of the same batch too.
local function decide(job, place, list, rights, unknown)
  local rule = job.unique
  local found = inTheWay(job, list, rights, unknown)
  local scheduled = job.due and job.due > now
  if #found > 0 then
    if rule.strategy == 'ignore' then
      job.existing = found[1]
      return nil
    end
    for _, old in ipairs(found) do
      if rule.strategy == 'reject' or TERMINAL[old.state] then
        return { 'duplicate', place, old.id, old.queue, old.state, rule.key }
      end
      if #unknown == 0 and not mayReplace(old, rights) then return { 'forbidden', place, old.queue } end
    end
    job.replaces = found
    for _, old in ipairs(found) do
      if old.state == 'scheduled' and rule.strategy == 'replace_except_schedule' then
        job.due = old.job and old.job.due or math.floor(call('ZSCORE', of(old.queue, 'delayed'), old.id) / 0x1000)
        job.keeps, scheduled = old, true
      end
      old.state = 'cancelled'
    end
  end
  if #list >= HOLDERS then job.forget = forget(list) end
  local state = job.pending and 'pending' or scheduled and 'scheduled' or 'available'
  list[#list + 1] = { id = job.id, queue = job.queue, state = state, created = now, job = job }
  return nil
end

function judge(jobs, rights)
  local lists, unknown = {}, {}
  for i, job in ipairs(jobs) do
    if job.unique then
      local key = job.unique.key
      lists[key] = lists[key] or holders(key)
      local refusal = decide(job, i - 1, lists[key], rights, unknown)
      if refusal and #unknown == 0 then return refusal end
    end
  end
  if #unknown > 0 then return { 'ask', unpack(unknown, 1, math.min(#unknown, 1000)) } end
  return nil
end

-- Cancels what the job replaces. Answers what of the job's hash follows from it.
local function cancelReplaced(job)
  local ids, more = {}, {}
  for _, old in ipairs(job.replaces) do
    local queue, id = old.queue, old.id
    if fresh[id] then
      flush()
      fresh = {}
    end
    local key = of(queue, id)
    local was = call('HMGET', key, 'name', 'sa', 'ojs')
    if old == job.keeps then
      job.kept = was[2] or cjson.decode(was[3]).scheduled_at
      more = { 'sa', job.kept }
    end
    local state = stateOf(queue, id)
    leave(queue, id, state)
    call('HSET', key, 'failedReason', 'replaced')
    becomeFailed(queue, id, 'cancelled')
    event('job.cancelled', queue, id, was[1], 'f=' .. state)
    ids[#ids + 1] = id
  end
  job.replaced = table.concat(ids, ' ')
  more[#more + 1] = 'ur'
  more[#more + 1] = job.replaced
  return more
end

-- Called by `add` before it writes; answers further fields of the hash.
function uniquely(job) return job.replaces and cancelReplaced(job) or {} end

-- Called by `add` after it has written.
function claim(job, state)
  local key = own('unique/' .. job.unique.key)
  fresh[job.id] = { queue = job.queue, state = state }
  call('ZADD', key, now, job.id)
  if job.forget and #job.forget > 0 then call('ZREM', key, unpack(job.forget)) end
end

-- A job that had ended starts anew: uniqueness is not asked again (§9.2), but from now on it counts as before.
local function reclaim(queue, id)
  local job = call('HMGET', of(queue, id), 'uk', 'timestamp')
  if job[1] then call('ZADD', own('unique/' .. job[1]), job[2], id) end
end
