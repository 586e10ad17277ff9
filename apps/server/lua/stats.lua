-- Counts the jobs of queues, all at one moment. ARGV: queues. Answers per queue: its state, the eight counts, when it was
-- created (ms), its own limits (most active, most starts, in how many ms; '' for none); or nothing when it does not exist.
local answers = {}
for i = 1, #ARGV do
  local queue = ARGV[i]
  local state, meta = queueState(queue), metaOf(queue)
  if state then
    local delayed, retryable = call('ZCARD', of(queue, 'delayed')), call('ZCARD', own('retryable/' .. queue))
    local limited = call('ZCARD', own('limited/' .. queue))
    local failed, cancelled = call('ZCARD', of(queue, 'failed')), call('ZCARD', own('cancelled/' .. queue))
    answers[i] = {
      state, delayed - retryable - limited, call('ZCARD', of(queue, 'prioritized')) + limited,
      call('ZCARD', of(queue, 'waiting-children')), call('LLEN', of(queue, 'active')), call('ZCARD', of(queue, 'completed')),
      retryable, cancelled, failed - cancelled,
      string.match(call('HGET', own('queues'), queue), '^%d+'), meta[2] or '', meta[3] or '', meta[4] or '',
    }
  else
    answers[i] = {}
  end
end
return answers
