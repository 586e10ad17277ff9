-- Puts right the timers of cron entries that came although nothing is due. ARGV: names.
for _, name in ipairs(ARGV) do
  local entry = call('HMGET', own('cron/' .. name), 'on', 'next')
  timer('cron/' .. name, entry[1] == '1' and tonumber(entry[2]))
end
return { 'ok', now }
