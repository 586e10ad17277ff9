-- Claims jobs for several requests, one after the other.
-- ARGV: how many requests; per request: epoch, principal, worker ('' for none), lease in ms ('' for the job's own),
-- how many jobs, how many queues, the queues in order.
local function claim(queue, id, request)
  local key = of(queue, id)
  local job = call('HMGET', key, 'exp', 'tm', 'vl', 'name')
  local expires = tonumber(job[1])
  if expires and expires <= now then
    -- It left `prioritized` by the pop.
    expire(queue, id, 'available')
    return nil
  end
  local attempt = call('HINCRBY', key, 'atm', 1)
  local lease = request.lease or tonumber(job[3]) or KEEP.leaseMs
  if lease > KEEP.leaseMaxMs then lease = KEEP.leaseMaxMs end
  local ends = now + lease
  local timeout = tonumber(job[2])
  if timeout then
    call('HSET', key, 'dl', now + timeout)
    if now + timeout < ends then ends = now + timeout end
  end
  call('HSET', key, 'ats', attempt, 'processedOn', now, 'lo', request.principal, 'lw', request.worker, 'ls', lease)
  call('LPUSH', of(queue, 'active'), id)
  timer(id, ends)
  event('job.started', queue, id, job[4], 'a', attempt, 'w', request.worker)
  return { queue, id, ends, call('HGETALL', key) }
end

local function serve(request, queues)
  local jobs, scanned = {}, 0
  for _, queue in ipairs(queues) do
    call('HSETNX', own('queues'), queue, now)
    if call('HEXISTS', of(queue, 'meta'), 'paused') == 0 then
      while #jobs < request.count and scanned < request.count + 100 do
        local popped = call('ZPOPMIN', of(queue, 'prioritized'))
        if not popped[1] then break end
        scanned = scanned + 1
        local job = claim(queue, popped[1], request)
        if job then jobs[#jobs + 1] = job end
      end
    end
  end
  return jobs
end

local answers = {}
for r = 1, tonumber(take()) do
  local stale = take() ~= epoch
  local request = { principal = take(), worker = take(), lease = tonumber(take()), count = tonumber(take()) }
  local queues = {}
  for q = 1, tonumber(take()) do queues[q] = take() end
  local refusal = stale and { 'stale', epoch } or nil
  if not refusal and request.worker ~= '' then
    -- A worker id belongs to the principal that used it first, for as long as it is used.
    local key = own('worker/' .. request.worker)
    local owner = call('GET', key)
    if owner and owner ~= request.principal then
      refusal = { 'taken' }
    else
      call('SET', key, request.principal, 'PX', KEEP.workerMs)
    end
  end
  answers[r] = refusal or { 'ok', now, serve(request, queues) }
end
return answers
