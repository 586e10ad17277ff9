-- Applies what was decided of a workflow, if what it was decided on still holds: the root, and every node that is touched.
-- ARGV: epoch, id, the nodes as they were read, more to come (1 or 0), the failed step (node or '', queue, type, name);
-- how many nodes change, per node: number, state; how many steps fail unbegun, per step: node, place, what it hands on;
-- how many jobs are cancelled, per job: queue, id; how many steps begin, per step: node, place, the job (see add.lua).
-- before these what the owner may do where jobs are in the way (unique.lua).
-- Answers: ok, now, whether to look again (1 or 0), the states of the jobs that began ('' where one could not), queues where
-- jobs are in the way of which the owner's rights are not known; or stale, missing, changed.
local stale, id, read, again = take() ~= epoch, take(), take(), take() == '1'
local failed = { node = take(), queue = take(), type = take(), name = take() }
local key, nodes, name = workflow(id), workflow(id, 'nodes'), 'workflow/' .. id

local function list(item)
  local items = {}
  for i = 1, tonumber(take()) do items[i] = item() end
  return items
end
local changes = list(function() return { node = take(), to = take() } end)
local failures = list(function() return { node = take(), to = 'f', place = take(), handsOn = take() } end)
local cancels = list(function() return { queue = take(), id = take() } end)
local rights = takeRights()
local begins = list(function() return { node = take(), to = 'a', place = take(), job = takeJob() } end)

local current = call('GET', nodes)
if not current then
  -- Steps of a workflow that was not created after all.
  call('UNLINK', workflow(id, 'steps'))
  timer(name, false)
  return { 'missing' }
end
if stale then return { 'stale', epoch } end
local function holds(touched)
  for _, each in ipairs(touched) do
    local at = each.node + 1
    if string.sub(current, at, at) ~= string.sub(read, at, at) then return false end
  end
  return true
end
if not (holds({ { node = 0 } }) and holds(changes) and holds(failures) and holds(begins)) then
  timer(name, now)
  return { 'changed' }
end
-- A step that ended meanwhile and was not touched here is yet to be looked at.
again = again or current ~= read

local known = call('HMGET', key, 'type', 'name', 'created', 'total')

local function fail(node, place, handsOn)
  call('SETRANGE', nodes, node, 'f')
  call('HSET', workflow(id, 'results'), node, handsOn)
  call('HSET', workflow(id, 'ends'), node, '0 ' .. now .. ' 0')
  call('HDEL', workflow(id, 'steps'), node)
  if place == 'b' then return end
  call('HINCRBY', key, 'left', -1)
  call('HINCRBY', key, 'failed', 1)
end

local function finish(state)
  call('HSET', key, 'ended', now, 'until', now + (state == 'c' and KEEP.completedMs or KEEP.discardedMs))
  local data = { workflow_name = known[2] or '', total_steps = tonumber(known[4]), duration_ms = now - known[3] }
  if state == 'f' then
    local handsOn = call('HGET', workflow(id, 'results'), failed.node)
    data.failed_step_id, data.failed_step_type = failed.name, failed.type
    data.error = handsOn and decoded(handsOn).error
  end
  workflowEvent(state == 'c' and 'workflow.completed' or 'workflow.failed', failed.queue, id, known[1], data)
end

for _, each in ipairs(failures) do fail(each.node, each.place, each.handsOn) end
for _, each in ipairs(cancels) do
  local state = stateOf(each.queue, each.id)
  if state == 'available' or state == 'scheduled' or state == 'retryable' or state == 'pending' then
    cancel(each.queue, each.id, state, 'cancelled')
  end
end
-- Why a step does not begin: somebody else's job has its id, or what it must be unique in (ignored or not, it is not done).
local function refused(why)
  local code = why == 'forbidden' and 'permission_denied' or 'duplicate'
  local message = why == 'id' and 'a job with this id exists already'
    or why == 'forbidden' and 'the owner of the workflow may not replace the job that is in the way'
    or 'a job with this uniqueness key is in the way'
  return cjson.encode({ error = { code = code, message = message, attempt = 0 } })
end

local begun, unknown = {}, {}
for i, each in ipairs(begins) do
  begun[i] = ''
  local job = each.job
  local taken = call('HEXISTS', own('index'), job.id) == 1
  local refusal = not taken and judge({ job }, rights)
  if refusal and refusal[1] == 'ask' then
    for q = 2, #refusal do unknown[#unknown + 1] = refusal[q] end
    again = true
  elseif taken or refusal or job.existing then
    fail(each.node, each.place, refused(taken and 'id' or refusal and refusal[1]))
    again = true
  else
    call('SETRANGE', nodes, each.node, 'a')
    call('HDEL', workflow(id, 'steps'), each.node)
    begun[i] = add(job)
    if each.place == 'b' then
      workflowEvent('workflow.callback_fired', job.queue, id, known[1], { workflow_name = known[2] or '', job_id = job.id, step_type = job.name })
    end
  end
end
local root = string.sub(current, 1, 1)
for _, each in ipairs(changes) do
  call('SETRANGE', nodes, each.node, each.to)
  if each.to ~= 'a' then call('HDEL', workflow(id, 'steps'), each.node) end
  if each.node == '0' then root = each.to end
end
local ends = root == 'c' or root == 'f' or root == 'x'
if ends and string.sub(current, 1, 1) ~= root then finish(root) end

-- Steps that ended in this script: cancelled above, or replaced by others that began.
again = again or stepsEnded[id] == true

local kept = ends and tonumber(call('HGET', key, 'until'))
if again then
  timer(name, now)
elseif not ends then
  timer(name, false)
elseif kept > now then
  timer(name, kept)
else
  call('UNLINK', key, nodes, workflow(id, 'steps'), workflow(id, 'results'), workflow(id, 'ends'))
  call('ZREM', own('workflows'), id)
  timer(name, false)
end
return { 'ok', now, again and 1 or 0, begun, unknown }
