-- Extends the leases that the principal's worker holds, and notes what it says of itself. ARGV: epoch, principal, worker,
-- lease in ms ('' for each job's own), state ('' for as before), how many jobs it has, what it declares (see workers.lua), the ids of the jobs whose leases to
-- extend. Jobs of others are told apart from jobs that do not exist in no way.
local stale, principal, worker, wanted = take() ~= epoch, take(), take(), tonumber(take())
local said, active, declared = take(), take(), take()
if stale then return { 'stale', epoch } end
local state, refusal = seeWorker(principal, worker, said ~= '' and said or nil, active, declared)
if refusal then return { refusal } end

local extended, lost, directive = {}, {}, ''
local queues = cursor < #ARGV and call('HMGET', own('index'), unpack(ARGV, cursor + 1)) or {}
for _, queue in ipairs(queues) do
  local id = take()
  local lease = queue and call('HMGET', of(queue, id), 'lo', 'lw', 'ls', 'dl', 'td', 'le', 'name', 'atm') or {}
  local ends = lease[1] == principal and (lease[2] == worker or lease[2] == '') and tonumber(lease[6])
  if ends and ends > now then
    local deadline = tonumber(lease[4])
    local newEnd = now + math.min(wanted or tonumber(lease[3]), KEEP.leaseMaxMs)
    if deadline and deadline < newEnd then newEnd = deadline end
    call('HSET', of(queue, id), 'le', newEnd)
    timer(id, newEnd)
    event('job.heartbeat', queue, id, lease[7], string.format('w=%s a=%s at=%.0f', worker, lease[8], newEnd))
    extended[#extended + 1] = id
    if lease[5] then directive = lease[5] end
  else
    lost[#lost + 1] = id
  end
end
return { 'ok', now, extended, lost, directive, state }
