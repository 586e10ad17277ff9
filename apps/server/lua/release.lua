-- Keys of limits whose moment came. ARGV: the keys. Answers the next moment that one of them opens, or 0.
for i = 1, #ARGV do release(ARGV[i]) end
return opening or 0
