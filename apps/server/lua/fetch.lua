-- Claims jobs for several requests, one after the other.
-- ARGV: how many requests; per request: epoch, principal, worker ('' for none), lease in ms ('' for the job's own),
-- how many jobs, how many queues, the queues in order.
-- Answers per request; and last, where jobs expired meanwhile, queue and type of each.
local function claim(queue, id, request)
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
  local attempt = (tonumber(job.atm) or 0) + 1
  local lease = math.min(request.lease or tonumber(job.vl) or KEEP.leaseMs, KEEP.leaseMaxMs)
  local ends, deadline = now + lease, job.tm and now + tonumber(job.tm)
  if deadline and deadline < ends then ends = deadline end
  call('HSET', key, 'atm', attempt, 'ats', attempt, 'processedOn', now, 'lo', request.principal, 'lw', request.worker,
    'ls', lease, 'le', ends, 'dl', deadline or '')
  timer(id, ends)
  request.bytes = request.bytes + #(job.data or '') + #(job.ojs or '') + #(job.errs or '')
  event('job.started', queue, id, job.name, 'a=' .. attempt .. ' w=' .. request.worker)
  return { queue, id, ends, attempt, flat }
end

local known = {}

local function serve(request, queues)
  local jobs = {}
  for _, queue in ipairs(queues) do
    if not known[queue] then
      call('HSETNX', own('queues'), queue, now)
      known[queue] = call('HEXISTS', of(queue, 'meta'), 'paused') == 0 and 'open' or 'paused'
    end
    local expired = 0
    while known[queue] == 'open' and #jobs < request.count and request.bytes < KEEP.answerBytes and expired < 100 do
      local popped = call('ZPOPMIN', of(queue, 'prioritized'), request.count - #jobs)
      if #popped == 0 then break end
      local claimed = {}
      for i = 1, #popped, 2 do
        local full = request.bytes >= KEEP.answerBytes
        local job = not full and claim(queue, popped[i], request)
        if full then
          call('ZADD', of(queue, 'prioritized'), popped[i + 1], popped[i])
        elseif job then
          jobs[#jobs + 1] = job
          claimed[#claimed + 1] = popped[i]
        else
          expired = expired + 1
        end
      end
      many('LPUSH', of(queue, 'active'), claimed)
    end
  end
  return jobs
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
    answers[r] = { 'ok', now, serve(request, queues) }
  end
end
if #lapsed > 0 then answers[#answers + 1] = lapsed end
return answers
