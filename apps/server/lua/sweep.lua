-- Does what is due by itself, oldest first. ARGV: how many at most.
-- Leases that ran out are only reported: what becomes of such a job is decided outside and applied by settle. So is what
-- the server itself has to do (kind/name): it is decided and done outside, by a script that removes the timer or moves it.
-- Should that not come about, the timer is due again after a while.
-- Answers: when to look again (ms from now, '' for never), then per lease that ran out: queue, id, attempt, given back, ojs, errors,
-- whether by its execution timeout (1 or 0), how often it was replayed, when it began; then the kind/name of what is to be done; then queue and type
-- of each job that expired.
local ranOut, todo = {}, {}
-- How long what is done may take before it is tried again (ms).
local CLAIMED = 1000

-- Whether it is the result's time that is up, and the job is kept for longer.
local function outlivesResult(queue, id)
  local ttl = call('HGET', of(queue, id), 'rt')
  return ttl and tonumber(ttl) < KEEP.completedMs and call('HEXISTS', of(queue, id), 'returnvalue') == 1
end

local due = call('ZRANGEBYSCORE', own('timers'), '-inf', now, 'LIMIT', 0, tonumber(take()))
for _, id in ipairs(due) do
  local kind = string.match(id, '^([^/]+)/')
  local queue = not kind and call('HGET', own('index'), id)
  local state = queue and stateOf(queue, id)
  if kind then
    todo[#todo + 1] = id
    timer(id, now + CLAIMED)
  elseif not state then
    timer(id, false)
  elseif state == 'active' then
    local job = call('HMGET', of(queue, id), 'atm', 'gb', 'ojs', 'errs', 'dl', 'rp', 'processedOn')
    ranOut[#ranOut + 1] = { queue, id, job[1], job[2] or '0', job[3], job[4] or '', (tonumber(job[5]) or now + 1) <= now and 1 or 0, job[6] or '0', job[7] }
  elseif state == 'scheduled' or state == 'retryable' then
    local job = call('HMGET', of(queue, id), 'priority', 'exp', 'name')
    local expires = tonumber(job[2])
    if expires and expires <= now then
      expire(queue, id, state)
    else
      leave(queue, id, state)
      call('HSET', of(queue, id), 'enq', now, 'delay', 0)
      becomeAvailable(queue, id, tonumber(job[1]), expires)
      event('job.enqueued', queue, id, job[3], 'f=' .. state .. ' p=' .. job[1])
    end
  elseif state == 'available' or state == 'pending' then
    expire(queue, id, state)
  elseif state == 'completed' and outlivesResult(queue, id) then
    dropResult(queue, id)
    timer(id, call('HGET', of(queue, id), 'finishedOn') + KEEP.completedMs)
  else
    if call('ZSCORE', own('dead/' .. queue), id) then event('dead_letter.pruned', queue, queue, '-', 'n=1') end
    remove(queue, id, state)
  end
end
flush()
local nextOne = call('ZRANGE', own('timers'), 0, 0, 'WITHSCORES')
return { nextOne[2] and string.format('%.0f', nextOne[2] - now) or '', ranOut, todo, lapsed }
