-- Looks at some of the jobs of a queue that are in a state, from where ZSCAN left off; each that stays there is met at least once.
-- ARGV: queue, state (or limited: the available jobs that their limits have put aside), ZSCAN's cursor, about how many, whether with what the client sent (1 or 0).
-- Answers: the next cursor ('0' at the end), then per job: id, type, created at, available since, priority, type of the last error, ojs.
local queue, state, place, count, whole = take(), take(), take(), take(), take() == '1'
local KEYS_OF = {
  available = of(queue, 'prioritized'),
  limited = own('limited/' .. queue),
  scheduled = of(queue, 'delayed'),
  retryable = own('retryable/' .. queue),
  pending = of(queue, 'waiting-children'),
  completed = of(queue, 'completed'),
  discarded = of(queue, 'failed'),
  cancelled = own('cancelled/' .. queue),
}
-- Jobs in the same place that are in another state.
local OTHERS = {
  scheduled = { own('retryable/' .. queue), own('limited/' .. queue) },
  discarded = { own('cancelled/' .. queue) },
}

local function isOther(id)
  for _, others in ipairs(OTHERS[state] or {}) do
    if call('ZSCORE', others, id) then return true end
  end
  return false
end

local scanned = call('ZSCAN', KEYS_OF[state], place, 'COUNT', count)
local answer = { scanned[1] }
for i = 1, #scanned[2], 2 do
  local id = scanned[2][i]
  if not isOther(id) then
    local job = call('HMGET', of(queue, id), 'name', 'timestamp', 'enq', 'priority', 'et', whole and 'ojs' or 'name')
    if job[1] then
      answer[#answer + 1] = { id, job[1], job[2], job[3] or job[2], job[4], job[5] or '', whole and job[6] or '' }
    end
  end
end
return answer
