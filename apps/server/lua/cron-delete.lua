-- Deletes a cron entry; the jobs that came of it stay. ARGV: epoch, name, the revision that it has.
local stale, name, rev = take() ~= epoch, take(), take()
if stale then return { 'stale', epoch } end
local key = own('cron/' .. name)
if call('HGET', key, 'rev') ~= rev then return { 'changed' } end
call('DEL', key, key .. '/history')
call('HDEL', own('crons'), name)
timer('cron/' .. name, false)
return { 'ok', now }
