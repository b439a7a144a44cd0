#!lua
-- Compares when sessions end for a member of a domain and for the others. KEYS[1]: the key of the domain. ARGV[1]: what this member
-- states. ARGV[2]: for how many seconds it counts. Returns what the members state.
local stated = redis.call('GET', KEYS[1])
if stated and stated ~= ARGV[1] then
    return stated
end
redis.call('SETEX', KEYS[1], ARGV[2], ARGV[1])
return ARGV[1]
