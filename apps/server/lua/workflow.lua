-- Workflows (ojs-workflows): a tree of nodes in preorder, jobs and what is made of them (chain, group, batch, graph).
--   prefix/workflow/<id>          the tree and what is known of the whole (workflows/record.ts)
--   prefix/workflow/<id>/steps    node -> the job that it will be, until it begins (also of those about to be created)
--   prefix/workflow/<id>/nodes    one character for each node: p = not yet begun, a = under way, c = completed, f = failed,
--                                 x = cancelled, s = not called for; the first is the state of the workflow
--   prefix/workflow/<id>/results  node -> what it hands on: its result, or {"error": ...}
--   prefix/workflow/<id>/ends     node -> started, ended, attempt
--   prefix/workflows              id -> when it was created
-- A job that is a step carries `wf`: the workflow's id, the number of its node, its place (s = step of a chain or graph,
-- j = job of a group or batch, b = callback) and its name among its siblings. A step that ends writes its character; what
-- follows is decided outside (it takes the owner's rights of that moment) and applied by workflow-advance.lua. The timer
-- workflow/<id> says that there is something to decide, so that no crash between the two can lose it.
local ENDS = { completed = 'c', discarded = 'f', cancelled = 'x' }

-- Workflows of which a step ended in this script.
local stepsEnded = {}

local function workflow(id, part) return own('workflow/' .. id .. (part and '/' .. part or '')) end

local function workflowEvent(name, queue, id, kind, data)
  data.workflow_id, data.workflow_type = id, kind
  event(name, queue, id, kind, 'j=' .. cjson.encode(data))
end

local function stepOf(step) return string.match(step, '^(%S+) (%d+) (%a) (%S+)$') end

-- What a step hands on where it did not complete.
local function failureOf(errors, reason, attempt)
  local list = errors and errors ~= '' and decoded(errors) or {}
  local last = list[#list] or { code = reason or 'failed', message = 'the job is ' .. (reason or 'failed') }
  return { code = last.code, type = last.type, message = last.message, attempt = tonumber(attempt) or 0 }
end

function stepEnded(step, state, queue, id)
  local flow, node, place, label = stepOf(step)
  local nodes = workflow(flow, 'nodes')
  if call('GETRANGE', nodes, node, node) ~= 'a' then return end
  local job = call('HMGET', of(queue, id), 'name', 'processedOn', 'atm', 'errs', 'failedReason')
  local result, failure
  if state == 'completed' then
    local key = of(queue, id)
    local size = call('HSTRLEN', key, 'returnvalue')
    result = size > KEEP.handedOnBytes and cjson.encode({ result_ref = '/ojs/v1/jobs/' .. id, result_size_bytes = size })
      or size > 0 and call('HGET', key, 'returnvalue')
  else
    failure = failureOf(job[4], job[5], job[3])
    result = cjson.encode({ error = failure })
  end
  call('SETRANGE', nodes, node, ENDS[state])
  if result then call('HSET', workflow(flow, 'results'), node, result) end
  call('HSET', workflow(flow, 'ends'), node, (job[2] or 0) .. ' ' .. now .. ' ' .. (job[3] or 0))
  timer('workflow/' .. flow, now)
  stepsEnded[flow] = true
  if place == 'b' or state == 'cancelled' then return end
  local left = call('HINCRBY', workflow(flow), 'left', -1)
  call('HINCRBY', workflow(flow), state == 'completed' and 'completed' or 'failed', 1)
  local of_flow = call('HMGET', workflow(flow), 'type', 'name')
  local name = (place == 's' and 'workflow.step_' or 'workflow.job_') .. (state == 'completed' and 'completed' or 'failed')
  workflowEvent(name, queue, flow, of_flow[1], {
    workflow_name = of_flow[2] or '', step_id = label, step_type = job[1], job_id = id,
    duration_ms = job[2] and now - job[2] or 0, steps_remaining = left, error = failure,
  })
end

-- A step was handed to a worker; the first one starts the workflow.
local function stepStarted(step, queue)
  local flow = stepOf(step)
  local known = call('HMGET', workflow(flow), 'started', 'type', 'name', 'total')
  if known[1] or not known[2] then return end
  call('HSET', workflow(flow), 'started', now)
  workflowEvent('workflow.started', queue, flow, known[2], { workflow_name = known[3] or '', total_steps = tonumber(known[4]) })
end

-- Whether the workflow of a step that is under way was cancelled: the step may end, and is not tried again.
local function isAbandoned(step)
  local flow, node = stepOf(step)
  local nodes = workflow(flow, 'nodes')
  return call('GETRANGE', nodes, 0, 0) == 'x' and call('GETRANGE', nodes, node, node) == 'a'
end
