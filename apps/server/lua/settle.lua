-- Ends attempts: acknowledged, failed, given back, or run out of lease.
-- ARGV: how many; per attempt: epoch ('-' for the sweeper, who may only end what has run out), principal, queue, id,
-- worker and attempt ('' for any; behind a dot, how often the job was replayed), outcome (completed | retryable | available | discarded), delay in ms, dead letter (1 or 0),
-- given back (1 or 0), error of the event (JSON or ''), until when its rate limit is held (ms or ''), how many field arguments, the fields to set.
local function check(a, lease)
  if a.epoch ~= '-' and a.epoch ~= epoch then return { 'stale', epoch } end
  if not lease[1] then
    local state = completed[a.queue] and completed[a.queue][a.id] and 'completed' or stateOf(a.queue, a.id)
    return state and { 'lost', state } or { 'missing' }
  end
  local ends = tonumber(lease[8])
  local attempt = lease[12] and lease[3] .. '.' .. lease[12] or lease[3]
  local matches = (a.worker == '' or a.worker == lease[2]) and (a.attempt == '' or a.attempt == attempt)
  if a.epoch == '-' then
    matches = matches and ends <= now
  else
    matches = matches and a.principal == lease[1] and ends > now
  end
  return not matches and { 'lost', 'active' } or nil
end

-- `ttl`: how long the result is kept (ojs-results 7.1), should that be said. A step hands it on before it goes.
local function complete(a, attempt, name, duration, step, limit, checkpoint, ttl)
  local queue, id, key = a.queue, a.id, of(a.queue, a.id)
  call('LREM', of(queue, 'active'), -1, id)
  -- `lw` stays: who completed it is part of its history.
  call('HDEL', key, 'lo', 'ls', 'le', 'dl', 'failedReason', 'rd')
  call('HSET', key, 'finishedOn', now, unpack(ARGV, a.first, a.last))
  local members = completed[queue] or {}
  members[#members + 1] = now
  members[#members + 1] = id
  members[id] = true
  completed[queue] = members
  timer(id, now + (ttl and (ttl > KEEP.completedMs or ttl > 0 and a.last >= a.first) and ttl or KEEP.completedMs))
  event('job.completed', queue, id, name, 'a=' .. attempt .. ' d=' .. duration)
  done(id)
  if checkpoint then call('PEXPIRE', own('checkpoint/' .. id), KEEP.checkpointMs) end
  if limit then leaseEnded(queue, id, limit) end
  slotFreed(queue)
  if step then stepEnded(step, 'completed', queue, id) end
  if ttl == 0 then dropResult(queue, id) end
  return { 'ok', now, 'completed' }
end

local function settle(a, lease)
  local queue, id, key = a.queue, a.id, of(a.queue, a.id)
  local attempt, name = lease[3], lease[6]
  local priority, expires = tonumber(lease[4]), tonumber(lease[5])
  local duration = now - tonumber(lease[7])
  if a.outcome == 'completed' then return complete(a, attempt, name, duration, lease[10], lease[11], lease[13], tonumber(lease[14])) end

  if a.hold and lease[11] then hold(queue, id, lease[11], a.hold) end
  leave(queue, id, 'active')
  if a.last >= a.first then call('HSET', key, unpack(ARGV, a.first, a.last)) end
  if a.back then call('HINCRBY', key, 'gb', 1) end
  local failed = a.error ~= '' and ' e=' .. a.error or ''
  if a.error ~= '' then event('job.failed', queue, id, name, 'a=' .. attempt .. ' d=' .. duration .. failed) end

  local abandoned = a.outcome ~= 'discarded' and lease[10] and isAbandoned(lease[10])
  if abandoned then
    becomeFailed(queue, id, 'cancelled')
    event('job.cancelled', queue, id, name, 'f=active')
    return { 'ok', now, 'cancelled' }
  end
  if a.outcome == 'retryable' and a.delay > 0 then
    local due = now + a.delay
    becomeDelayed(queue, id, due, expires)
    call('ZADD', own('retryable/' .. queue), due, id)
    event('job.retrying', queue, id, name, 'a=' .. attempt .. ' m=' .. lease[9] .. ' at=' .. string.format('%.0f', due) .. failed)
    return { 'ok', now, 'retryable', due }
  end
  if a.outcome == 'discarded' then
    becomeFailed(queue, id, 'discarded')
    if a.deadLetter then becomeDeadLetter(queue, id) end
    event('job.discarded', queue, id, name, 'a=' .. attempt .. failed)
    return { 'ok', now, 'discarded' }
  end
  call('HSET', key, 'enq', now)
  becomeAvailable(queue, id, priority, expires)
  event('job.enqueued', queue, id, name, 'f=active p=' .. priority)
  return { 'ok', now, 'available' }
end

local answers = {}
for i = 1, tonumber(take()) do
  local a = { epoch = take(), principal = take(), queue = take(), id = take(), worker = take(), attempt = take(), outcome = take(), delay = tonumber(take()), deadLetter = take() == '1', back = take() == '1', error = take(), hold = tonumber(take()) }
  local fields = tonumber(take())
  a.first, a.last = cursor + 1, cursor + fields
  cursor = cursor + fields
  local lease = call('HMGET', of(a.queue, a.id), 'lo', 'lw', 'atm', 'priority', 'exp', 'name', 'processedOn', 'le', 'mx', 'wf', 'lk', 'rp', 'cp', 'rt')
  local answer = check(a, lease) or settle(a, lease)
  -- The same length for all: status, now or what refused, state, due, type, attempt, max attempts, ms since the attempt began,
  -- whether it is a step of a workflow (1 or 0).
  answers[i] = { answer[1], answer[2] or '', answer[3] or '', answer[4] or 0, lease[6] or '', lease[3] or '0', lease[9] or '0', lease[7] and now - lease[7] or 0, lease[10] and 1 or 0 }
end
return answers
