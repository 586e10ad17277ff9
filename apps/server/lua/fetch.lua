-- Claims jobs for several requests, one after the other.
-- ARGV: how many requests; per request: epoch, principal, worker ('' for none), lease in ms ('' for the job's own),
-- how many jobs, which versions it takes (see workers.lua), how many jobs of others it has passed by, how many queues, the
-- queues in order.
-- Answers per request: now, the jobs, whether there may be more for it, when the next limit opens (ms, 0 for none), how many
-- jobs of versions that it does not take it has passed by;
-- and last, where jobs expired meanwhile, queue and type of each.
local function claim(queue, id, turn, request)
  local key = of(queue, id)
  local flat = call('HGETALL', key)
  if #flat == 0 then return nil end
  local job = {}
  for i = 1, #flat, 2 do job[flat[i]] = flat[i + 1] end
  local expires = tonumber(job.exp)
  if expires and expires <= now then
    -- It left `prioritized` by the pop.
    expire(queue, id, 'available')
    return nil
  end
  local bytes = #(job.data or '') + #(job.ojs or '') + #(job.errs or '')
  request.bytes = request.bytes + bytes
  if job.lk and not admit(queue, id, job, turn) then return nil end
  local attempt = (tonumber(job.atm) or 0) + 1
  local lease = math.min(request.lease or tonumber(job.vl) or KEEP.leaseMs, KEEP.leaseMaxMs)
  local ends, deadline = now + lease, job.tm and now + tonumber(job.tm)
  if deadline and deadline < ends then ends = deadline end
  call('HSET', key, 'atm', attempt, 'ats', attempt, 'processedOn', now, 'lo', request.principal, 'lw', request.worker,
    'ls', lease, 'le', ends, 'dl', deadline or '')
  timer(id, ends)
  if job.wf then stepStarted(job.wf, queue) end
  -- An attempt begins without progress (ojs-progress §5.3), and with the checkpoint of those before.
  if job.pt then call('HDEL', key, 'progress', 'pg', 'pm', 'pd', 'pt', 'pv') end
  if job.cp then request.bytes = request.bytes + handCheckpoint(id, flat) end
  event('job.started', queue, id, job.name, 'a=' .. attempt .. ' w=' .. request.worker)
  return { queue, id, ends, attempt, flat }
end

-- Jobs that one request may find that are not for it: expired, limited, or of versions that it does not take.
local PASSED_BY = 200

-- type -> the ranges of its versions: from, up to but without.
local function rangesOf(declared)
  local ranges = {}
  for name, from, to in string.gmatch(declared, '([^:,]+):(%d+):(%d+)') do
    ranges[name] = ranges[name] or {}
    table.insert(ranges[name], { from, to })
  end
  return ranges
end

-- ojs-job-versioning §8.2: who declares versions gets no versioned job that it has not declared, and all the others.
local function takes(request, queue, id)
  local version, name = unpack(call('HMGET', of(queue, id), 'vn', 'name'))
  if not version then return true end
  for _, range in ipairs(request.ranges[name] or {}) do
    if version >= range[1] and version < range[2] then return true end
  end
  return false
end

-- As ZPOPMIN, but for what the request does not take: that stays where it is, and keeps its turn. `request.at`: how many
-- such jobs stand first in the queue.
local function pop(request, queue, wanted)
  local waiting, popped = of(queue, 'prioritized'), {}
  if not request.ranges then return call('ZPOPMIN', waiting, wanted) end
  while request.passed < PASSED_BY do
    local last = request.at == 0 and wanted or wanted + 50
    local seen = call('ZRANGE', waiting, request.at, request.at + last - 1, 'WITHSCORES')
    if #seen == 0 then return popped end
    for i = 1, #seen, 2 do
      if takes(request, queue, seen[i]) then
        call('ZREM', waiting, seen[i])
        popped[#popped + 1] = seen[i]
        popped[#popped + 1] = seen[i + 1]
        if #popped == wanted * 2 then return popped end
      else
        request.at = request.at + 1
        request.passed = request.passed + 1
        if request.passed >= PASSED_BY then return popped end
      end
    end
    if #popped > 0 then return popped end
  end
  return popped
end

-- An earlier slice of the same request has passed so many.
local function beginAt(request, queue)
  request.at = 0
  if request.skip == 0 then return end
  request.at = math.min(request.skip, call('ZCARD', of(queue, 'prioritized')))
  request.skip = request.skip - request.at
end

local function serve(request, queues)
  local jobs, more, others = {}, 0, 0
  for _, queue in ipairs(queues) do
    fetchFrom(queue)
    beginAt(request, queue)
    while #jobs < request.count do
      if request.bytes >= KEEP.answerBytes or request.passed >= PASSED_BY then
        more = 1
        break
      end
      local wanted = math.min(request.count - #jobs, roomIn(queue))
      -- A limited job that begins may bring back another whose turn is before that of the next.
      if wanted > 1 and call('EXISTS', own('limited/' .. queue)) == 1 then wanted = 1 end
      local popped = wanted > 0 and pop(request, queue, wanted) or {}
      if #popped == 0 and request.passed < PASSED_BY then break end
      local claimed = {}
      for i = 1, #popped, 2 do
        local full = request.bytes >= KEEP.answerBytes
        local job = not full and claim(queue, popped[i], tonumber(popped[i + 1]), request)
        if full then
          call('ZADD', of(queue, 'prioritized'), popped[i + 1], popped[i])
        elseif job then
          jobs[#jobs + 1] = job
          claimed[#claimed + 1] = popped[i]
        else
          request.passed = request.passed + 1
        end
      end
      many('LPUSH', of(queue, 'active'), claimed)
      beganIn(queue, #claimed)
    end
    others = others + request.at
  end
  return jobs, more, others
end

local answers = {}
for r = 1, tonumber(take()) do
  local stale = take() ~= epoch
  local request = { principal = take(), worker = take(), lease = tonumber(take()), count = tonumber(take()), bytes = 0, passed = 0 }
  local declared = take()
  request.skip = tonumber(take())
  local queues = {}
  for q = 1, tonumber(take()) do queues[q] = take() end
  local state, refusal = 'running', nil
  if not stale and request.worker ~= '' then
    state, refusal, declared = seeWorker(request.principal, request.worker, nil, nil, declared)
  end
  if stale then
    answers[r] = { 'stale', epoch }
  elseif refusal then
    answers[r] = { refusal }
  elseif state ~= 'running' then
    answers[r] = { 'draining' }
  else
    if declared ~= '' and declared ~= '-' then request.ranges = rangesOf(declared) end
    local jobs, more, others = serve(request, queues)
    answers[r] = { 'ok', now, jobs, more, opening or 0, others }
  end
end
if #lapsed > 0 then answers[#answers + 1] = lapsed end
return answers
