-- Puts right the timers of cron entries that came although nothing is to be done: nothing is due, or there is no such entry.
-- What is due and could not be fired keeps its claim (sweep.lua). ARGV: names, or none: to learn the time of this node.
for _, name in ipairs(ARGV) do
  local entry = call('HMGET', own('cron/' .. name), 'on', 'next')
  local at = entry[1] == '1' and tonumber(entry[2])
  if not at or at > now then timer('cron/' .. name, at) end
end
return { 'ok', now }
