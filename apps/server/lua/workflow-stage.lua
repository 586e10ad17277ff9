-- Stores steps of a workflow that is about to be created, a slice at a time, where nobody sees them yet. Should the creation
-- not come about, the timer has them deleted. ARGV: epoch, stage (an id that nobody else has), then for each step: node, job.
local stale, stage = take() ~= epoch, take()
if stale then return { 'stale', epoch } end
call('HSET', workflow(stage, 'steps'), unpack(ARGV, cursor + 1))
timer('workflow/' .. stage, now + KEEP.stagedMs)
return { 'ok' }
