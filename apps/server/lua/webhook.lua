-- Webhook subscriptions and what is to be delivered to them. ARGV: action, id of the subscription, then what the action needs.
-- Beside the jobs of the tenant stand
--   prefix/webhooks            subscription -> when it was created
--   prefix/webhook-cursor      up to where the events were looked at: entry and line; exists while a subscription is active
--   prefix/webhook/<id>        record, secrets (sealed, see webhooks/secrets.ts), v (version of the record), active (1 or 0), since (the
--                              entry after which events are its), disabled (when it became inactive by itself), failures (deliveries
--                              in a row that ended dead), delivered, dead, dropped
--   prefix/webhook-due/<id>    deliveries that wait or are on their way -> when they are due (again)
--   prefix/webhook-log/<id>    deliveries that ended -> when
--   prefix/delivery/<id>       sub, evt, type, queue, body, created, attempts, status, and of the last attempt code, error, ms, ended
-- and two kinds of timers: webhooks/feed while a subscription is active, and webhook/<id> for its next delivery.
local action, id = take(), take()
local list, cursorKey = own('webhooks'), own('webhook-cursor')
local function hashOf(sub) return own('webhook/' .. sub) end
local function dueOf(sub) return own('webhook-due/' .. sub) end
local function logOf(sub) return own('webhook-log/' .. sub) end
local function deliveryOf(delivery) return own('delivery/' .. delivery) end
local function isActive(sub) return call('HGET', hashOf(sub), 'active') == '1' end

local function newest()
  local entry = call('XREVRANGE', own('events'), '+', '-', 'COUNT', 1)[1]
  return entry and entry[1] or '0-0'
end

local function retime(sub)
  local first = isActive(sub) and call('ZRANGE', dueOf(sub), 0, 0, 'WITHSCORES') or {}
  timer('webhook/' .. sub, tonumber(first[2]) or false)
end

-- Events are looked at while somebody wants to hear of them.
local function refeed()
  for _, each in ipairs(call('ZRANGE', list, 0, -1)) do
    if isActive(each) then
      call('SET', cursorKey, newest() .. ' 99999', 'NX')
      timer('webhooks/feed', now)
      return
    end
  end
  call('DEL', cursorKey)
  timer('webhooks/feed', false)
end

-- The oldest of a set give way to what is beyond the bound. Answers how many.
local function bound(key, most)
  local excess = call('ZCARD', key) - most
  if excess <= 0 then return 0 end
  for _, oldest in ipairs(call('ZRANGE', key, 0, excess - 1)) do
    call('ZREM', key, oldest)
    call('DEL', deliveryOf(oldest))
  end
  return excess
end

local actions = {}

-- epoch, version ('' for a new one), record, active, secrets ('' to keep them), bound of subscriptions.
-- Answers ok; stale; missing; changed when the version is another one; full.
function actions.save()
  local stale, version, record, active, secrets, most = take() ~= epoch, take(), take(), take(), take(), tonumber(take())
  if stale then return { 'stale', epoch } end
  local key = hashOf(id)
  local known = call('HGET', key, 'v') or ''
  if known ~= version then return { known == '' and 'missing' or 'changed' } end
  if version == '' and call('ZCARD', list) >= most then return { 'full' } end
  local wasActive = isActive(id)
  call('HSET', key, 'record', record, 'active', active, 'v', (tonumber(version) or 0) + 1)
  if secrets ~= '' then call('HSET', key, 'secrets', secrets) end
  if version == '' then call('ZADD', list, now, id) end
  if active == '1' and not wasActive then
    call('HSET', key, 'since', newest(), 'failures', 0)
    call('HDEL', key, 'disabled')
  end
  retime(id)
  refeed()
  return { 'ok', now }
end

-- epoch
function actions.delete()
  if take() ~= epoch then return { 'stale', epoch } end
  if call('EXISTS', hashOf(id)) == 0 then return { 'missing' } end
  bound(dueOf(id), 0)
  bound(logOf(id), 0)
  call('DEL', hashOf(id))
  call('ZREM', list, id)
  timer('webhook/' .. id, false)
  refeed()
  return { 'ok', now }
end

-- The cursor as it was read, as it is now, when to look again (ms), bound of waiting deliveries;
-- per delivery: subscription, delivery, event, type, queue, body. Answers ok, or moved when somebody else was here.
function actions.feed()
  if call('GET', cursorKey) ~= take() then return { 'moved' } end
  local cursorNow, wait, most = take(), tonumber(take()), tonumber(take())
  call('SET', cursorKey, cursorNow)
  local touched = {}
  while cursor < #ARGV do
    local sub, delivery = take(), take()
    local event, type, queue, body = take(), take(), take(), take()
    if isActive(sub) then
      call('HSET', deliveryOf(delivery), 'sub', sub, 'evt', event, 'type', type, 'queue', queue, 'body', body, 'created', now,
        'attempts', 0, 'status', 'pending')
      call('ZADD', dueOf(sub), now, delivery)
      touched[sub] = true
    end
  end
  for sub in pairs(touched) do
    local dropped = bound(dueOf(sub), most)
    if dropped > 0 then call('HINCRBY', hashOf(sub), 'dropped', dropped) end
    retime(sub)
  end
  timer('webhooks/feed', now + wait)
  return { 'ok', now }
end

-- How many at most, for how long (ms). Answers record, secrets, then until when they are claimed, and per delivery: id, event, type,
-- queue, body, which attempt it is.
function actions.claim()
  local count, ends = tonumber(take()), now + tonumber(take())
  local claimed = {}
  for _, delivery in ipairs(isActive(id) and call('ZRANGEBYSCORE', dueOf(id), '-inf', now, 'LIMIT', 0, count) or {}) do
    call('ZADD', dueOf(id), ends, delivery)
    local attempt = call('HINCRBY', deliveryOf(delivery), 'attempts', 1)
    local fields = call('HMGET', deliveryOf(delivery), 'evt', 'type', 'queue', 'body')
    claimed[#claimed + 1] = { delivery, fields[1], fields[2], fields[3], fields[4], attempt }
  end
  retime(id)
  local subscription = call('HMGET', hashOf(id), 'record', 'secrets')
  return { subscription[1], subscription[2], string.format('%.0f', ends), claimed }
end

-- Delivery, until when it was claimed, outcome (delivered | retry | dead | denied | released), delay (ms), code, error, ms, bounds of
-- the log and of failures in a row. Answers ok and whether the subscription became inactive, or lost when it is claimed no more.
function actions.settle()
  local delivery, ends, outcome, delay, code, why, ms = take(), take(), take(), tonumber(take()), take(), take(), take()
  local logged, failures = tonumber(take()), tonumber(take())
  local due, key = dueOf(id), deliveryOf(delivery)
  local held = call('ZSCORE', due, delivery)
  if not held or tonumber(held) ~= tonumber(ends) then return { 'lost' } end
  if outcome == 'released' then
    call('HINCRBY', key, 'attempts', -1)
    call('ZADD', due, now, delivery)
    retime(id)
    return { 'ok', 0 }
  end
  call('HSET', key, 'code', code, 'error', why, 'ms', ms)
  local disabled = 0
  if outcome == 'retry' then
    call('ZADD', due, now + delay, delivery)
  else
    local isDelivered = outcome == 'delivered'
    call('ZREM', due, delivery)
    call('HSET', key, 'status', isDelivered and 'delivered' or 'dead', 'ended', now)
    if isDelivered then call('HDEL', key, 'body') end
    call('ZADD', logOf(id), now, delivery)
    bound(logOf(id), logged)
    call('HINCRBY', hashOf(id), isDelivered and 'delivered' or 'dead', 1)
    if isDelivered then
      call('HSET', hashOf(id), 'failures', 0)
    elseif outcome == 'dead' and call('HINCRBY', hashOf(id), 'failures', 1) >= failures and isActive(id) then
      call('HSET', hashOf(id), 'active', 0, 'disabled', now)
      disabled = 1
      refeed()
    end
  end
  retime(id)
  return { 'ok', disabled }
end

-- epoch, delivery. Answers ok, missing, or wrong and its status.
function actions.replay()
  local stale, delivery = take() ~= epoch, take()
  if stale then return { 'stale', epoch } end
  local status = call('HGET', deliveryOf(delivery), 'status')
  if not status then return { 'missing' } end
  if status ~= 'dead' then return { 'wrong', status } end
  call('ZREM', logOf(id), delivery)
  call('HSET', deliveryOf(delivery), 'status', 'pending', 'attempts', 0)
  call('HDEL', deliveryOf(delivery), 'code', 'error', 'ms', 'ended')
  call('ZADD', dueOf(id), now, delivery)
  retime(id)
  return { 'ok', now }
end

return actions[action]()
