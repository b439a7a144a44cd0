#!lua
-- Removes a session, whatever it is. KEYS[1]: its key.
return redis.call('DEL', KEYS[1])
