-- How far a rate limit is used. ARGV: the key. Answers: how many are active, how many wait, a policy of one of these (''
-- where there is none), how many began in its period, when fewer will have (ms), when its throttle opens (ms).
local key = take()
local active, waiting, policy = call('SCARD', own('running/' .. key)), 0, ''
for _, group in ipairs(call('ZRANGE', own('groups/' .. key), 0, GROUPS - 1)) do
  waiting = waiting + call('ZCARD', own('waiting/' .. key .. '/' .. group))
  policy = string.match(group, '^[^ @]+')
end
local one = policy == '' and call('SRANDMEMBER', own('running/' .. key))
if one then policy = string.match(call('HGET', of(call('HGET', own('index'), one), one), 'lp'), '^[^@]+') end
local count, resets, opens = 0, now, now
if policy ~= '' then
  local parts = policyOf(policy)
  if parts.period then
    count, resets = window(key, parts.limit, parts.period)
    if count < parts.limit then resets = now + parts.period end
  end
  if parts.interval then opens = opensAt(key, { interval = parts.interval, most = parts.most }) end
end
return { active, waiting, policy, count, string.format('%.0f', resets), string.format('%.0f', math.max(opens, now)) }
