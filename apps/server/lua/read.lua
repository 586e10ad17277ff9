-- Reads jobs. ARGV: how many; per job: queue, id. Answers per job: state, the moment that the state waits for (of a retry
-- its due time, though the job may expire before), the fields; or nothing.
local jobs = {}
for i = 1, tonumber(take()) do
  local queue, id = take(), take()
  local state = stateOf(queue, id)
  local moments = own(state == 'retryable' and 'retryable/' .. queue or 'timers')
  jobs[i] = state and { queue, id, state, call('ZSCORE', moments, id) or '', call('HGETALL', of(queue, id)) } or {}
end
return jobs
