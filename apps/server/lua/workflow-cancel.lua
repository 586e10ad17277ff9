-- Cancels a workflow: nothing of it begins any more. Its steps follow by workflow-advance.lua. ARGV: epoch, id, queue of the first step.
local stale, id, queue = take() ~= epoch, take(), take()
if stale then return { 'stale', epoch } end
local root = call('GETRANGE', workflow(id, 'nodes'), 0, 0)
if root == '' then return { 'missing' } end
if root ~= 'p' and root ~= 'a' then return { 'wrong', root } end
local known = call('HMGET', workflow(id), 'type', 'name')
call('SETRANGE', workflow(id, 'nodes'), 0, 'x')
call('HSET', workflow(id), 'ended', now, 'until', now + KEEP.cancelledMs)
timer('workflow/' .. id, now)
workflowEvent('workflow.cancelled', queue, id, known[1], { workflow_name = known[2] or '' })
return { 'ok', now }
