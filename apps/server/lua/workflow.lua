-- A job that is a step of a workflow carries `wf`: the workflow's id, a space, the number of its node.
-- prefix/workflow/<id>/nodes has one character for each node: p = not yet begun, a = under way, c = completed,
-- f = discarded, x = cancelled, s = skipped. A step that ends writes its character; what follows is decided outside (it
-- takes the owner's rights of that moment), and applied by advance.lua. The timer workflow/<id> says that there is
-- something to decide, so that no crash between the two can lose it.
local ENDS = { completed = 'c', discarded = 'f', cancelled = 'x' }

function stepEnded(step, state)
end
