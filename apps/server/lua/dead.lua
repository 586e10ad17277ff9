-- Looks at the dead letters of queues. ARGV: the first and the last moment, the moment and the id that the list goes on
-- behind ('' for its beginning), how many at most, the queues. Newest first; in one millisecond, the greatest id first.
-- Answers per queue that has any in that time: queue, how many in that time, then of the first: id, moment, id, moment, ...
local from, to, at, after, most = take(), take(), tonumber(take()), take(), tonumber(take())
local last = at and math.min(at, tonumber(to)) or to

local function first(key, found)
  local wanted, skipped = #found + most * 2, 0
  while #found < wanted do
    local page = call('ZREVRANGEBYSCORE', key, last, from, 'WITHSCORES', 'LIMIT', skipped, most)
    for i = 1, #page, 2 do
      if #found < wanted and not (tonumber(page[i + 1]) == at and page[i] >= after) then
        found[#found + 1] = page[i]
        found[#found + 1] = page[i + 1]
      end
    end
    if #page < most * 2 then break end
    skipped = skipped + most
  end
  return found
end

local answers = {}
while cursor < #ARGV do
  local queue = take()
  local key = own('dead/' .. queue)
  local count = call('ZCOUNT', key, from, to)
  if count > 0 then answers[#answers + 1] = first(key, { queue, count }) end
end
return answers
