-- Which of the queues in ARGV have a job to hand out.
local waiting = {}
for i = 1, #ARGV do
  if call('EXISTS', of(ARGV[i], 'prioritized')) == 1 and roomIn(ARGV[i]) > 0 then
    waiting[#waiting + 1] = ARGV[i]
  end
end
return waiting
