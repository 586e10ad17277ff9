-- Makes queues, all or none: a workflow that is going to be stored has steps there. ARGV: epoch, the queues.
if take() ~= epoch then return { 'stale', epoch } end
for i = 2, #ARGV do
  local why = closedTo(ARGV[i])
  if why then return why end
end
for i = 2, #ARGV do makeQueue(ARGV[i]) end
return { 'ok' }
