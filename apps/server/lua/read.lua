-- Reads jobs. ARGV: how many; per job: queue, id. Answers per job: state, moment of its timer, the fields; or nothing.
local jobs = {}
for i = 1, tonumber(take()) do
  local queue, id = take(), take()
  local state = stateOf(queue, id)
  jobs[i] = state and { queue, id, state, call('ZSCORE', own('timers'), id) or '', call('HGETALL', of(queue, id)) } or {}
end
return jobs
