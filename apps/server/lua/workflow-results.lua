-- Reads what nodes hand on. ARGV: id, how many bytes at most, the nodes, those that matter most first.
-- Answers per node: its JSON; '' where there is none; the number of its bytes where it does not fit.
local id, left = take(), tonumber(take())
local results = workflow(id, 'results')
local answers = {}
for i = 3, #ARGV do
  local size = call('HSTRLEN', results, ARGV[i])
  answers[i - 2] = size > left and size or call('HGET', results, ARGV[i]) or ''
  if size <= left then left = left - size end
end
return answers
