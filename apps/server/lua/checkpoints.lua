-- What an attempt leaves behind for the next one (ojs-durable-execution): prefix/checkpoint/<id> is a hash of state (JSON), seq,
-- at, and lp where it came with a progress report; the job's field `cp` says that there is one. When the job ends for good,
-- its checkpoint stays readable for a while (KEEP.checkpointMs), by the key's own time to live; a dead letter keeps it.
local function checkpointKey(id) return own('checkpoint/' .. id) end

local function saveCheckpoint(queue, id, name, state, withProgress)
  local key = checkpointKey(id)
  local sequence = call('HINCRBY', key, 'seq', 1)
  call('HSET', key, 'state', state, 'at', now, 'lp', withProgress and 1 or 0)
  call('HSET', of(queue, id), 'cp', 1)
  event('job.checkpointed', queue, id, name, 'j={"sequence":' .. sequence .. ',"size_bytes":' .. #state .. '}')
  return sequence
end

-- Adds the checkpoint to the fields that a fetch answers with. Returns the bytes that this takes.
local function handCheckpoint(id, flat)
  local kept = call('HMGET', checkpointKey(id), 'state', 'seq', 'at', 'lp')
  if not kept[1] then return 0 end
  for i, field in ipairs({ 'cp.state', 'cp.seq', 'cp.at', 'cp.lp' }) do
    flat[#flat + 1] = field
    flat[#flat + 1] = kept[i]
  end
  return #kept[1] * (kept[4] == '1' and 2 or 1)
end

-- Why the caller does not hold the lease, or nil when it does. `worker` and `attempt` '' mean any.
-- `lease`: lo, lw, atm, le, rp of the job's hash. Attempts begin again with each replay (rp), which stands behind a dot.
local function notHeld(lease, principal, worker, attempt)
  local holds = lease[1] == principal and tonumber(lease[4]) > now
  local current = lease[5] and lease[3] .. '.' .. lease[5] or lease[3]
  if holds and (worker == '' or worker == lease[2]) and (attempt == '' or attempt == current) then return nil end
  return { 'lost', 'active' }
end
