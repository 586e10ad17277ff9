-- Moves one job from outside the worker protocol. ARGV: epoch, move (cancel | activate | retry-dead-letter | delete-dead-letter), queue, id.
-- Answers: ok, now, the state before; or missing; or wrong and the state.
local stale, move, queue, id = take() ~= epoch, take(), take(), take()
if stale then return { 'stale', epoch } end
local state = stateOf(queue, id)
if not state then return { 'missing' } end
local key = of(queue, id)
local job = call('HMGET', key, 'name', 'priority', 'exp', 'due')
local expires = tonumber(job[3])

if move == 'cancel' then
  if state == 'completed' or state == 'cancelled' or state == 'discarded' then return { 'wrong', state } end
  leave(queue, id, state)
  call('HSET', key, 'failedReason', 'cancelled')
  becomeFailed(queue, id, 'cancelled')
  event('job.cancelled', queue, id, job[1], 'f=' .. state)
elseif move == 'activate' then
  if state ~= 'pending' then return { 'wrong', state } end
  leave(queue, id, state)
  local due = tonumber(job[4])
  call('HDEL', key, 'due')
  if due and due > now then
    becomeDelayed(queue, id, due, expires)
    event('job.scheduled', queue, id, job[1], 'f=pending at=' .. string.format('%.0f', due))
  else
    call('HSET', key, 'enq', now)
    becomeAvailable(queue, id, tonumber(job[2]), expires)
    event('job.enqueued', queue, id, job[1], 'f=' .. state .. ' p=' .. job[2])
  end
else
  if not call('ZSCORE', own('dead/' .. queue), id) then return { 'missing' } end
  if move == 'delete-dead-letter' then
    remove(queue, id, state)
  else
    leave(queue, id, state)
    call('HDEL', key, 'atm', 'ats', 'gb', 'errs', 'rd', 'failedReason', 'stacktrace', 'finishedOn', 'processedOn')
    call('HSET', key, 'enq', now)
    -- A job that starts anew does so whatever its old time to live said.
    call('HDEL', key, 'exp')
    becomeAvailable(queue, id, tonumber(job[2]), nil)
    event('job.enqueued', queue, id, job[1], 'f=' .. state .. ' p=' .. job[2])
  end
end
return { 'ok', now, state }
