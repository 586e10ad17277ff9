-- Unique jobs (ojs-unique-jobs). prefix/unique/<key> has the jobs that were sent with a uniqueness key, oldest first: id,
-- moment of creation, queue, id, ...; a job carries its key as `uk`. Whether one of them is in the way is asked of its state
-- when another comes, so nothing needs to be released. What leaves the record: jobs that are removed, and what `forget` says.
--
-- A script that adds jobs for somebody:
--   local rights = takeRights()                    -- before or between the jobs, as the arguments come
--   local refusal = judge(jobs, rights)            -- jobs of takeJob; before the first write. A job that is not judged is added all the same
--   if refusal then return refusal end
--   add(job) for each job that has no `existing`   -- cancels what it replaces
-- Refusals: ask and queues (of which the rights must be told too, then again); duplicate and the job's place (from 0), what
-- exists (id, queue, state), the key; forbidden, the job's place and the queue of what it may not replace;
-- replaces, the job's place and how many jobs one batch may replace.
local HOLDERS = 12
-- Jobs that one batch may replace: each costs Redis as much as four new ones, and the batch is one script.
local REPLACED = 200
local TERMINAL = { completed = true, cancelled = true, discarded = true }

-- What this script added: state and due time by id. Until `flush`, no place has them.
local fresh = {}

-- ARGV: the principal, how many queues, per queue: name, what the principal may do there with jobs that are in the way:
-- all (replace any), own (replace its own), blind (the same, but it is told nothing of them), see (nothing), none (the queue
-- does not exist for it).
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
  return key and { key = own('unique/' .. key), strategy = strategy, period = tonumber(period), states = states } or nil
end

local function parse(text)
  local list = {}
  for id, created, queue in string.gmatch(text or '', '(%S+) (%S+) (%S+)') do
    list[#list + 1] = { id = id, created = tonumber(created), queue = queue }
  end
  return list
end

local function write(key, list)
  local parts = {}
  for i, job in ipairs(list) do parts[i] = job.id .. ' ' .. string.format('%.0f', job.created) .. ' ' .. job.queue end
  texts[key] = #parts > 0 and table.concat(parts, ' ')
end

local function read(key)
  if texts[key] == nil then texts[key] = call('GET', key) end
  return parse(texts[key])
end

-- The records of all the keys, each job with its state. One command for all: mostly there is nothing.
local function readAll(jobs)
  local lists, keys = {}, {}
  for _, job in ipairs(jobs) do
    local key = job.unique and job.unique.key
    if key and not lists[key] then
      lists[key] = parse(texts[key])
      if texts[key] == nil then keys[#keys + 1] = key end
    end
  end
  for first = 1, #keys, 4000 do
    local last = math.min(first + 3999, #keys)
    for i, text in ipairs(call('MGET', unpack(keys, first, last))) do
      if text then lists[keys[first + i - 1]] = parse(text) end
    end
  end
  for _, list in pairs(lists) do
    for i = #list, 1, -1 do
      local job = list[i]
      local new = fresh[job.id] or {}
      job.state, job.due = new.state or stateOf(job.queue, job.id), new.due
      if not job.state then table.remove(list, i) end
    end
  end
  return lists
end

-- Many jobs have one key: takes those from the list that need not be remembered. Of the jobs that ended these are all but
-- the newest in each state (it is in the way wherever an older one is); of the others the oldest, of which there are many
-- only where a policy does not mind them.
local function forget(list)
  local kept = {}
  local open = 0
  for i = #list, 1, -1 do
    local state = list[i].state
    if not TERMINAL[state] then open = open + 1 end
    if kept[state] or open > HOLDERS - 4 then table.remove(list, i) end
    kept[state] = TERMINAL[state]
  end
end

local function mayReplace(old, rights)
  local right = rights.of[old.queue]
  if right ~= 'own' and right ~= 'blind' then return right == 'all' end
  return (old.by or call('HGET', of(old.queue, old.id), 'by')) == rights.principal
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
    -- The answer would be the job that exists, with all that it holds.
    if rule.strategy == 'ignore' and rights.of[found[1].queue] ~= 'blind' then
      job.existing = found[1]
      return nil
    end
    for _, old in ipairs(found) do
      if rule.strategy == 'reject' or rule.strategy == 'ignore' or TERMINAL[old.state] then
        return { 'duplicate', place, old.id, old.queue, old.state, string.match(rule.key, '%x+$') }
      end
      if #unknown == 0 and not mayReplace(old, rights) then return { 'forbidden', place, old.queue } end
    end
    job.replaces = found
    for _, old in ipairs(found) do
      if old.state == 'scheduled' and rule.strategy == 'replace_except_schedule' then
        job.due = old.due or math.floor(call('ZSCORE', of(old.queue, 'delayed'), old.id) / 0x1000)
        job.keeps, scheduled = old, job.due > now
      end
      old.was, old.state = old.state, 'cancelled'
    end
  end
  forget(list)
  job.holders = list
  local state = job.pending and 'pending' or scheduled and 'scheduled' or 'available'
  list[#list + 1] = { id = job.id, queue = job.queue, state = state, created = now, due = job.due, by = rights.principal }
  return nil
end

local function judge(jobs, rights)
  local lists, unknown, replaced = readAll(jobs), {}, 0
  for i, job in ipairs(jobs) do
    if job.unique then
      local refusal = decide(job, i - 1, lists[job.unique.key], rights, unknown)
      replaced = replaced + (job.replaces and #job.replaces or 0)
      if replaced > REPLACED then refusal = refusal or { 'replaces', i - 1, REPLACED } end
      if refusal and #unknown == 0 then return refusal end
    end
  end
  if #unknown > 0 then return { 'ask', unpack(unknown, 1, math.min(#unknown, 1000)) } end
  return nil
end

-- Cancels what the job replaces; notes down their ids, and the moment that it keeps.
local function cancelReplaced(job)
  local ids = {}
  for i, old in ipairs(job.replaces) do
    local queue, id = old.queue, old.id
    if fresh[id] then
      flush()
      fresh = {}
    end
    if old == job.keeps then
      local was = call('HMGET', of(queue, id), 'sa', 'ojs')
      job.kept = was[1] or decoded(was[2]).scheduled_at
    end
    cancel(queue, id, old.was, 'replaced')
    ids[i] = id
  end
  job.replaced = table.concat(ids, ' ')
end

-- Uniqueness is not asked of the job: it had ended and starts anew (§9.2), or takes the place of another (a cron entry's); but
-- from now on it counts.
local function reclaim(queue, id)
  local job = call('HMGET', of(queue, id), 'uk', 'timestamp')
  if not job[1] then return end
  local key = own('unique/' .. job[1])
  local list = read(key)
  for _, known in ipairs(list) do
    if known.id == id then return end
  end
  list[#list + 1] = { id = id, created = tonumber(job[2]), queue = queue }
  table.sort(list, function(a, b) return a.created < b.created end)
  if #list > HOLDERS then table.remove(list, 1) end
  write(key, list)
end

-- Remembers a job that was added.
local function claim(job, state)
  fresh[job.id] = { state = state, due = job.due }
  if job.holders then write(job.unique.key, job.holders) else reclaim(job.queue, job.id) end
end

function uniqueRemoved(id, unique)
  local key = own('unique/' .. unique)
  local list = read(key)
  for i = #list, 1, -1 do
    if list[i].id == id then table.remove(list, i) end
  end
  write(key, list)
end
