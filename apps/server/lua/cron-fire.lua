-- Fires cron entries, each for itself. ARGV: how many; per firing: name, epoch, revision, the moment that is meant to be due
-- ('' where somebody fires by hand), scheduled moment, overlap policy, next firing (ms or ''), a time that the clock is put
-- forward over before that (ms or ''), firings missed, expression and time zone (as events tell them), job type, reason why
-- nothing may be added (or ''), and otherwise rights (unique.lua) and the job (add.lua).
-- Whoever comes second finds another revision or another moment: one firing, however many decide it.
-- A line of the history: scheduled, now, s (schedule) or m (by hand), t (triggered) or the reason for skipping, job, missed.
local HISTORY = 100
local TERMINAL = { completed = true, cancelled = true, discarded = true }

local function takeFiring()
  local f = { name = take(), epoch = take(), rev = take(), expected = take(), tick = take(), policy = take(), at = take(), gap = take(), missed = take(), expr = take(), zone = take(), type = take(), reason = take() }
  if f.reason == '' then f.rights, f.job = takeRights(), takeJob() end
  return f
end

-- The job that came of the entry last, if it is not finished.
local function running(entry)
  local job, queue = entry[5], entry[6]
  if not job then return nil end
  local state = stateOf(queue, job)
  return state and not TERMINAL[state] and state
end

local function told(f, entry, scheduled, what, job, missed)
  local history = own('cron/' .. f.name .. '/history')
  call('LPUSH', history, table.concat({ scheduled, string.format('%.0f', now), f.expected == '' and 'm' or 's', what, job or '-', missed }, ' '))
  call('LTRIM', history, 0, HISTORY - 1)
  local data = { cron_name = f.name, cron_expression = f.expr, cron_expr = f.expr, timezone = f.zone, job_type = f.type, queue = entry[7] }
  local when = ' s=' .. scheduled .. ' t=' .. scheduled
  if what == 't' then
    data.job_id, data.run_count = job, tonumber(call('HGET', own('cron/' .. f.name), 'count'))
    event('cron.triggered', entry[7], f.name, f.type, 'at=' .. string.format('%.0f', now) .. when .. ' j=' .. cjson.encode(data))
  else
    data.reason, data.active_job_id, data.existing_job_id = what, job, job
    event('cron.skipped', entry[7], f.name, f.type, when .. ' j=' .. cjson.encode(data))
  end
end

-- What comes of the firing: t (a job), or why not and the job that is in the way. Refusal: what must be known first, or why
-- whoever fires by hand may not.
local function verdict(f, entry, cancels, state)
  if f.reason ~= '' then return f.reason end
  local closed = closedTo(f.job.queue)
  if closed and f.expected == '' then return nil, nil, closed end
  if closed then return 'queue_closed' end
  if state and f.policy == 'skip' then return 'overlap_skip', entry[5] end
  -- The overlap policy comes first, and where it replaces, uniqueness is not asked (ojs-extension-interactions 13).
  if cancels or not f.job.unique then return 't' end
  local refusal = judge({ f.job }, f.rights)
  if refusal and refusal[1] == 'ask' then return nil, nil, refusal end
  local existing = f.job.existing
  if existing then return 'unique_conflict', existing.queue == f.job.queue and existing.id end
  if not refusal then return 't' end
  return 'unique_conflict', refusal[1] == 'duplicate' and refusal[4] == f.job.queue and refusal[3]
end

local function fire(f)
  local key, member = own('cron/' .. f.name), 'cron/' .. f.name
  local entry = call('HMGET', key, 'rev', 'next', 'on', 'gap', 'job', 'jobq', 'queue')
  if not entry[1] then return { 'missing' } end
  if f.epoch ~= epoch then return { 'stale', epoch } end
  local byHand = f.expected == ''
  if entry[1] ~= f.rev then return { 'changed' } end
  if not byHand and (entry[3] ~= '1' or entry[2] ~= f.expected) then return { 'changed' } end

  local state = f.policy ~= 'allow' and running(entry)
  local cancels = state and f.policy == 'cancel_previous'
  local what, job, refusal = verdict(f, entry, cancels, state)
  if refusal then return refusal end

  if not byHand then
    if entry[4] and entry[4] ~= '' then told(f, entry, entry[4], 'dst_skip', nil, 0) end
    call('HSET', key, 'next', f.at, 'gap', f.gap)
    timer(member, tonumber(f.at))
  end
  local added
  if what == 't' then
    if cancels then cancel(entry[6], entry[5], state, 'cancelled') end
    job, added = f.job.id, add(f.job)
    call('HINCRBY', key, 'count', 1)
    call('HSET', key, 'last', now, 'job', job, 'jobq', f.job.queue)
  end
  told(f, entry, f.tick, what, job or nil, f.missed)
  return { 'ok', now, what, job or '', added or '' }
end

local firings, answers = {}, {}
for i = 1, tonumber(take()) do firings[i] = takeFiring() end
for i, f in ipairs(firings) do answers[i] = fire(f) end
return answers
