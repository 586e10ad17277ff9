-- The states of jobs. ARGV: queue, id, queue, id, ... Answers per job: state, and when its last attempt began; or nothing.
local answers = {}
for i = 1, #ARGV, 2 do
  local state = stateOf(ARGV[i], ARGV[i + 1])
  answers[i] = state or ''
  answers[i + 1] = state and call('HGET', of(ARGV[i], ARGV[i + 1]), 'processedOn') or ''
end
return answers
