-- Stores a workflow; its first steps are begun by workflow-advance.lua.
-- ARGV: epoch, id, how many nodes, queue of the first step, type, total, how many field arguments, the fields of its hash,
-- then for each step: node, job.
local stale, id, nodes, queue, kind, total = take() ~= epoch, take(), tonumber(take()), take(), take(), tonumber(take())
if stale then return { 'stale', epoch } end
if call('EXISTS', workflow(id, 'nodes')) == 1 then return { 'exists' } end
local fields = tonumber(take())
local first = cursor + 1
cursor = cursor + fields
call('HSET', workflow(id), 'type', kind, 'total', total, 'left', total, 'created', now, unpack(ARGV, first, cursor))
for from = cursor + 1, #ARGV, 4000 do
  call('HSET', workflow(id, 'steps'), unpack(ARGV, from, math.min(from + 3999, #ARGV)))
end
call('SET', workflow(id, 'nodes'), string.rep('p', nodes))
call('ZADD', own('workflows'), now, id)
timer('workflow/' .. id, now)
workflowEvent('workflow.created', queue, id, kind, { workflow_name = call('HGET', workflow(id), 'name') or '', total_steps = total })
return { 'ok', now }
