-- Forgets the history of a job (ojs-execution-history 7.3): what it did before this moment is not told any more. ARGV: epoch, queue, id.
if take() ~= epoch then return { 'stale', epoch } end
local queue, id = take(), take()
local key = of(queue, id)
if call('EXISTS', key) == 0 then return { 'missing' } end
call('HDEL', key, 'hist')
call('HSET', key, 'hp', now)
return { 'ok', now }
