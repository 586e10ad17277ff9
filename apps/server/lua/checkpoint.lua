-- Saves, reads or deletes a job's checkpoint. ARGV: epoch, what (save | read | delete), principal, queue, id, worker and attempt
-- ('' for any), whether the caller may speak of a job that nobody works on (1 or 0), the state (JSON).
-- Answers: save: ok, now, sequence; read: ok, state, sequence, at; delete: ok, now, 1 or 0; none; missing; lost or wrong and the state.
local stale, what, principal, queue, id = take() ~= epoch, take(), take(), take(), take()
local worker, attempt, unheld, state = take(), take(), take() == '1', take()
local key = checkpointKey(id)

if what == 'read' then
  if not stateOf(queue, id) then return { 'missing' } end
  local kept = call('HMGET', key, 'state', 'seq', 'at')
  return kept[1] and { 'ok', kept[1], kept[2], kept[3] } or { 'none' }
end

if stale then return { 'stale', epoch } end
local lease = call('HMGET', of(queue, id), 'lo', 'lw', 'atm', 'le', 'rp', 'name')
if lease[1] then
  local refusal = notHeld(lease, principal, worker, attempt)
  if refusal then return refusal end
else
  local is = stateOf(queue, id)
  if not is then return { 'missing' } end
  -- Who names a lease speaks of that lease, and it has ended.
  if worker ~= '' or attempt ~= '' then return { 'lost', is } end
  local ended = is == 'completed' or is == 'cancelled' or is == 'discarded'
  if not unheld or (what == 'save' and ended) then return { 'wrong', is } end
end
if what == 'save' then return { 'ok', now, saveCheckpoint(queue, id, lease[6], state, false) } end
call('HDEL', of(queue, id), 'cp')
return { 'ok', now, call('DEL', key) }
