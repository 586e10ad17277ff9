-- Claims jobs for several requests, one after the other.
-- ARGV: how many requests; per request: epoch, principal, worker ('' for none), lease in ms ('' for the job's own),
-- how many jobs, how many queues, the queues in order.
-- Answers per request: now, the jobs, whether there may be more for it, when the next limit opens (ms, 0 for none);
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

-- Jobs that one request may find that are not for it: expired, or limited.
local PASSED_BY = 200

local function serve(request, queues)
  local jobs, passed, more = {}, 0, 0
  for _, queue in ipairs(queues) do
    fetchFrom(queue)
    while #jobs < request.count do
      if request.bytes >= KEEP.answerBytes or passed >= PASSED_BY then
        more = 1
        break
      end
      local wanted = math.min(request.count - #jobs, roomIn(queue))
      -- A limited job that begins may bring back another whose turn is before that of the next.
      if wanted > 1 and call('EXISTS', own('limited/' .. queue)) == 1 then wanted = 1 end
      local popped = wanted > 0 and call('ZPOPMIN', of(queue, 'prioritized'), wanted) or {}
      if #popped == 0 then break end
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
          passed = passed + 1
        end
      end
      many('LPUSH', of(queue, 'active'), claimed)
      beganIn(queue, #claimed)
    end
  end
  return jobs, more
end

local answers = {}
for r = 1, tonumber(take()) do
  local stale = take() ~= epoch
  local request = { principal = take(), worker = take(), lease = tonumber(take()), count = tonumber(take()), bytes = 0 }
  local queues = {}
  for q = 1, tonumber(take()) do queues[q] = take() end
  local state, refusal = 'running', nil
  if not stale and request.worker ~= '' then state, refusal = seeWorker(request.principal, request.worker) end
  if stale then
    answers[r] = { 'stale', epoch }
  elseif refusal then
    answers[r] = { refusal }
  elseif state ~= 'running' then
    answers[r] = { 'draining' }
  else
    local jobs, more = serve(request, queues)
    answers[r] = { 'ok', now, jobs, more, opening or 0 }
  end
end
if #lapsed > 0 then answers[#answers + 1] = lapsed end
return answers
