#!lua flags=no-writes
-- Returns the time in milliseconds and the session. KEYS[1]: its key. ARGV[1], in tests only: the time.
local clock = redis.call('TIME')
local now = ARGV[1] and tonumber(ARGV[1]) or clock[1] * 1000 + math.floor(clock[2] / 1000)
return { now, redis.call('GET', KEYS[1]) }
