-- Stores a workflow; its first steps are begun by workflow-advance.lua.
-- ARGV: epoch, id, stage and how many steps stand there (workflow-stage.lua), how many nodes, queue of the first step, type,
-- total, then the fields of its hash.
local stale, id, stage, steps = take() ~= epoch, take(), take(), tonumber(take())
local nodes, queue, kind, total = tonumber(take()), take(), take(), tonumber(take())
if stale then return { 'stale', epoch } end
if call('EXISTS', workflow(id, 'nodes')) == 1 then
  call('UNLINK', workflow(stage, 'steps'))
  timer('workflow/' .. stage, false)
  return { 'exists' }
end
-- It took so long that they were given up.
if call('HLEN', workflow(stage, 'steps')) ~= steps then return { 'lost' } end
call('RENAME', workflow(stage, 'steps'), workflow(id, 'steps'))
timer('workflow/' .. stage, false)
call('HSET', workflow(id), 'type', kind, 'total', total, 'left', total, 'created', now, unpack(ARGV, cursor + 1))
call('SET', workflow(id, 'nodes'), string.rep('p', nodes))
call('ZADD', own('workflows'), now, id)
timer('workflow/' .. id, now)
workflowEvent('workflow.created', queue, id, kind, { workflow_name = call('HGET', workflow(id), 'name') or '', total_steps = total })
return { 'ok', now }
