-- Workers: what each last said of itself.
--   prefix/worker/<id>     principal, state, active jobs, when it was last seen, which versions it takes (versions.ts)
--   prefix/workers         "principal id" -> when it was last seen
--   prefix/worker-counts   principal -> how many of those are its own
-- A worker id belongs to the principal that used it first, for as long as it is used. All of it ends by itself.
local FRESH_MS = 10000

local function workerOf(id)
  local principal, state, active, seen, versions = string.match(call('GET', own('worker/' .. id)) or '', '^(%S+) (%S+) (%d+) (%d+) ?(%S*)$')
  return principal and { principal = principal, state = state, active = active, seen = tonumber(seen), versions = versions } or nil
end

local function forgetWorkers()
  for _, member in ipairs(call('ZRANGEBYSCORE', own('workers'), '-inf', now - KEEP.workerMs, 'LIMIT', 0, 100)) do
    local principal = string.match(member, '^%S+')
    call('ZREM', own('workers'), member)
    if call('HINCRBY', own('worker-counts'), principal, -1) <= 0 then call('HDEL', own('worker-counts'), principal) end
  end
end

local function writeWorker(id, worker)
  local said = { worker.principal, worker.state, worker.active, now, worker.versions ~= '' and worker.versions or nil }
  call('SET', own('worker/' .. id), table.concat(said, ' '), 'PX', KEEP.workerMs)
  local added = call('ZADD', own('workers'), now, worker.principal .. ' ' .. id)
  if added == 1 then call('HINCRBY', own('worker-counts'), worker.principal, 1) end
  call('PEXPIRE', own('workers'), KEEP.workerMs)
  call('PEXPIRE', own('worker-counts'), KEEP.workerMs)
end

-- Notes that the principal's worker was here; what it says of itself, if anything (of versions '': nothing,
-- '-': that it takes any). Returns its state, or nil and why not; and which versions it takes, '' for any.
local function seeWorker(principal, id, state, active, declared)
  local worker = workerOf(id)
  if worker and worker.principal ~= principal then return nil, 'taken' end
  if not worker then
    forgetWorkers()
    if tonumber(call('HGET', own('worker-counts'), principal) or 0) >= KEEP.workers then return nil, 'crowded' end
    worker = { principal = principal, state = 'running', active = 0, seen = 0, versions = '' }
  end
  local versions = declared == '' and worker.versions or declared == '-' and '' or declared
  local told = state ~= nil or active ~= nil or versions ~= worker.versions
  worker.versions = versions
  worker.state = state or worker.state
  worker.active = active or worker.active
  if told or now - worker.seen >= FRESH_MS then writeWorker(id, worker) end
  return worker.state, nil, worker.versions
end
