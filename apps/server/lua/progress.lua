-- Notes how far an attempt says it is, and extends its lease (ojs-progress §6.3). ARGV: epoch, principal, queue, id, worker and
-- attempt ('' for any), the share of 1 ('' for none), the same in percent, message (JSON or ''), data (JSON or ''), checkpoint (JSON or '').
-- Answers: ok, now, share, message, data, when these were reported; ignored and the state; missing; lost.
local stale, principal, queue, id, worker, attempt = take() ~= epoch, take(), take(), take(), take(), take()
local share, percent, message, data, checkpoint = take(), take(), take(), take(), take()
if stale then return { 'stale', epoch } end
local key = of(queue, id)
local lease = call('HMGET', key, 'lo', 'lw', 'atm', 'le', 'rp', 'name', 'ls', 'dl', 'pg', 'pv')
if not lease[1] then
  local state = stateOf(queue, id)
  return state and { 'ignored', state } or { 'missing' }
end
local refusal = notHeld(lease, principal, worker, attempt)
if refusal then return refusal end

-- A heartbeat may have asked for more than the length of the lease.
local newEnd = math.min(math.max(tonumber(lease[4]), now + math.min(tonumber(lease[7]), KEEP.leaseMaxMs)), tonumber(lease[8]) or math.huge)
call('HSET', key, 'le', newEnd)
timer(id, newEnd)
if checkpoint ~= '' then saveCheckpoint(queue, id, lease[6], checkpoint, true) end

local before = tonumber(lease[9])
-- What is overtaken by a later report is not noted (§5.1).
if share == '' or not before or tonumber(share) >= before then
  call('HSET', key, 'pt', now, 'pm', message, 'pd', data)
  if share ~= '' then call('HSET', key, 'pg', share, 'progress', percent) end
  if (share ~= '' or before) and now - (tonumber(lease[10]) or 0) >= KEEP.progressEventMs then
    call('HSET', key, 'pv', now)
    local told = share ~= '' and percent or call('HGET', key, 'progress')
    local says = message ~= '' and ',"progress_message":' .. message or ''
    event('job.progress', queue, id, lease[6], 'a=' .. lease[3] .. ' w=' .. lease[2] .. ' j={"progress_percent":' .. told .. says .. '}')
  end
end
local noted = call('HMGET', key, 'pg', 'pm', 'pd', 'pt')
return { 'ok', now, noted[1] or '', noted[2] or '', noted[3] or '', noted[4] }
