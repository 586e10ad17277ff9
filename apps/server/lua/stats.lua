-- Counts the jobs of queues, all at one moment. ARGV: queues. Answers per queue: paused, then the eight counts; or nothing when it does not exist.
local answers = {}
for i = 1, #ARGV do
  local queue = ARGV[i]
  if call('HEXISTS', own('queues'), queue) == 1 then
    local delayed, retryable = call('ZCARD', of(queue, 'delayed')), call('ZCARD', own('retryable/' .. queue))
    local limited = call('ZCARD', own('limited/' .. queue))
    local failed, cancelled = call('ZCARD', of(queue, 'failed')), call('ZCARD', own('cancelled/' .. queue))
    answers[i] = {
      call('HEXISTS', of(queue, 'meta'), 'paused'), delayed - retryable - limited, call('ZCARD', of(queue, 'prioritized')) + limited,
      call('ZCARD', of(queue, 'waiting-children')), call('LLEN', of(queue, 'active')), call('ZCARD', of(queue, 'completed')),
      retryable, cancelled, failed - cancelled,
    }
  else
    answers[i] = {}
  end
end
return answers
