#!lua
-- Decides on all calls of a body and records their effects, as `Rules::decide` (src/decide.rs) does, on the packed form of
-- a session (src/packed.rs). The tests run both on the same calls and compare decisions and states.
--
-- KEYS[1]: the session. The others: where the end of each used approval is kept, for the calls that state one.
-- ARGV[1]: the request; src/redis/request.rs writes it. ARGV[2], in tests only: the time in milliseconds.
-- Returns numbers, which src/redis/reply.rs reads: the kind of the decision, and if the script knows more, the place of the call,
-- the rank of the reason of a denial or the form of the approval, the number of the pattern in its list, the seconds to wait.
--
-- The script has no flags. So the server does not run it on a replica, or when it has no memory for what the script may
-- write: no decision is made that could not be recorded.
--
-- Decisions wait for each other on the server, so this code prefers speed: it reads no record that it does not need, and
-- keeps the header of the session in variables.

local NEVER = 4294967295 -- A limit that the table does not state, and the largest number of a session.
local ALLOWED, DENIED, APPROVAL, REAUTHENTICATE = 0, 1, 2, 3
-- The form of an approval: 0 for one of the caller, 1 by a reviewer, 2 by a sign-in that was asked for before.
local REPEATED = 2
-- Ranks of denials (src/decision.rs).
local REFUSED_CALLS, BLOCKED_AFTER, CALL_LIMIT, HIGH_RISK_LIMIT, COOLS, ESCALATES, USED, STALE, NONE = 2, 3, 4, 5, 6, 7, 8, 9, 10
-- Purposes of a request: one that is denied by what it contains, and one without a call, which renews a session.
local FORBIDDEN, RENEWAL = 1, 2
-- In place of the key of an approval that does not count.
local NO_APPROVAL = 255
-- The version and fourteen numbers, and what they take.
local HEADER, HEADER_LENGTH = '<BI4I4I4I4I4I4I4I4I4I4I4I4I4I4', 57
-- The lengths of records.
local COOLING, ARGUMENTS, COUNTER, LATCH = 12, 16, 12, 8
local NO_ARGUMENTS = '\0\0\0\0\0\0\0\0'

local sub, find, min, max = string.sub, string.find, math.min, math.max
local pack, unpack_struct, call = struct.pack, struct.unpack, redis.call

-- What is stored is rounded up, and the present is rounded down. So no period ends early.
local clock = call('TIME')
local now, fraction = tonumber(clock[1]), clock[2] + 0
if ARGV[2] then
    now, fraction = math.floor(ARGV[2] / 1000), ARGV[2] % 1000
end
local begin = fraction > 0 and now + 1 or now

local request = ARGV[1]
local idle_seconds, max_seconds, max_refused, max_high_risk, escalation, auth_time, purpose, may_approve, highest_risk,
    high_risk_calls, latch_count, call_count, matched_at = unpack_struct('<I4I4I4I4I4I4BBBI4I4I4', request)

-- Reads a session without what ended with it. Returns the value, or nothing if it is malformed, then the numbers of the header, then
-- cooling periods, arguments, counters and latches.
local function load(key)
    local bytes = call('GET', key)
    if not bytes then
        return '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '', '', ''
    end
    local length = #bytes
    if length < HEADER_LENGTH then
        return nil
    end
    local version, started, active, refused, high_risk, low, medium, high, critical, trigger, approved_by, challenged, coolings,
        hashes, counters, at = unpack_struct(HEADER, bytes)
    local hashes_at = at + COOLING * coolings
    local counters_at = hashes_at + ARGUMENTS * hashes
    local latches_at = counters_at + COUNTER * counters
    if version ~= 2 or latches_at > length + 1 or (length + 1 - latches_at) % LATCH ~= 0 then
        return nil
    end
    local cooling, arguments = sub(bytes, at, hashes_at - 1), sub(bytes, hashes_at, counters_at - 1)
    if started > 0 and now >= min(started + max_seconds, active + idle_seconds, NEVER) then
        return bytes, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, cooling, arguments, '', ''
    end
    return bytes, started, active, refused, high_risk, low, medium, high, critical, trigger, approved_by, challenged,
        cooling, arguments, sub(bytes, counters_at, latches_at - 1), sub(bytes, latches_at)
end

-- Returns the place of a record in its section.
local function place_of(section, name, length)
    local at = find(section, name, 1, true)
    while at and (at - 1) % length ~= 0 do
        at = find(section, name, at + 1, true)
    end
    return at
end

-- Returns a number, and the place of its record.
local function word(section, name)
    local at = place_of(section, name, COUNTER)
    if at then
        return unpack_struct('<I4', section, at + 8), at
    end
    return 0, nil
end

-- Replaces the value of a record at a place, or adds the record.
local function set(section, at, name, value)
    if at then
        return sub(section, 1, at + 7) .. value .. sub(section, at + 8 + #value)
    end
    return section .. name .. value
end

local function add_latches(latches)
    for at = matched_at, matched_at + LATCH * (latch_count - 1), LATCH do
        local name = sub(request, at, at + 7)
        if not place_of(latches, name, LATCH) then
            latches = latches .. name
        end
    end
    return latches
end

-- Writes a session, if it has changed. The key expires when nothing of it counts any more.
local function save(key, bytes, started, active, refused, high_risk, low, medium, high, critical, trigger, approved_by, challenged,
    cooling, arguments, counters, latches)
    local expiry = started > 0 and min(started + max_seconds, active + idle_seconds, NEVER) or 0
    if cooling ~= '' then
        local running = ''
        for at = 1, #cooling, COOLING do
            local cools_until = unpack_struct('<I4', cooling, at + 8)
            if cools_until > now then
                running = running .. sub(cooling, at, at + COOLING - 1)
                expiry = max(expiry, cools_until)
            end
        end
        cooling = running
    end
    if cooling == '' then
        arguments = ''
    end
    if expiry <= now then
        if bytes ~= '' then
            call('DEL', key)
        end
        return
    end
    local changed = pack(HEADER, 2, started, active, refused, high_risk, low, medium, high, critical, trigger, approved_by,
        challenged, #cooling / COOLING, #arguments / ARGUMENTS, #counters / COUNTER) .. cooling .. arguments .. counters .. latches
    if changed ~= bytes then
        call('SETEX', key, expiry - now, changed)
    end
end

local bytes, started, active, refused, high_risk, low, medium, high, critical, trigger, approved_by, challenged,
    cooling, arguments, counters, latches = load(KEYS[1])
if not bytes then
    return redis.error_reply('MALFORMED the value is not a session of this version')
end

-- Returns the number of the first name in a list whose latch is set. Other calls of the body meet what follows the list.
local function first_met(at, count, met_by_others)
    for number = 1, count do
        if place_of(latches, sub(request, at, at + 7), LATCH) then
            return number
        end
        at = at + LATCH
    end
    return met_by_others == 1 and count + 1 or nil
end

-- An `auth_time` far in the future is ignored.
local known_auth_time = auth_time ~= NEVER and auth_time <= now + 60 and auth_time or nil

-- The highest risk, when it was reached first, and the highest that is old enough to rise from.
local highest, risen, settled = 0, 0, 0
if escalation ~= NEVER then
    for level, rise in ipairs({ low, medium, high, critical }) do
        if rise > 0 then
            highest, risen = level, rise
            if rise <= now - escalation then
                settled = level
            end
        end
    end
end

-- The first denial of the lowest rank, the first call whose caller must authenticate again, the first that needs an approval.
local denial_rank, denial_place, denial_number, denial_wait = NONE, 0, 0, 0
local demand, approval_place, by_reviewer, approval_number, is_triggered, asks_sign_in
local approvals, effects, uses = 0, nil, nil

local position = matched_at + LATCH * latch_count
for _ = 1, call_count do
    local place, max_age, call_limit, same_calls, cooling_seconds, blocked_count, approval_count, kept, risk, highest_other,
        is_weak, needs_session, is_high_risk, needs_review, triggered, has_rival, is_idempotent, is_blocked, is_questioned,
        may_sign_in, approval_key, at = unpack_struct('<I4I4I4I4I4I4I4I4BBBBBBBBBBBBB', request, position)
    local counter, period, hash_name, hash
    if call_limit ~= NEVER then
        counter, at = sub(request, at, at + 7), at + 8
    end
    if cooling_seconds ~= NEVER then
        period, at = sub(request, at, at + 7), at + 8
    end
    if is_idempotent == 1 then
        hash_name, hash, at = sub(request, at, at + 7), sub(request, at + 8, at + 15), at + 16
    end
    local approval_at = at + LATCH * blocked_count
    position = approval_at + LATCH * approval_count

    local cooling_wait
    if period then
        local cools_until = word(cooling, period)
        local is_repeat = false
        if hash_name and hash ~= NO_ARGUMENTS then
            local hash_at = place_of(arguments, hash_name, ARGUMENTS)
            is_repeat = hash_at and sub(arguments, hash_at + 8, hash_at + 15) == hash
        end
        if cools_until > now and not is_repeat then
            cooling_wait = cools_until - now
        elseif has_rival == 1 then
            cooling_wait = max(min(begin + cooling_seconds, NEVER) - now, 0)
        end
    end
    -- A call two or more levels above the settled risk waits.
    local wait_to_rise = 0
    if escalation ~= NEVER and risk >= settled + 2 then
        local latest = highest_other > highest and begin or max(started > 0 and started or begin, risen)
        wait_to_rise = min(latest + escalation, NEVER) - now
    end
    local rank, number, wait = NONE, 0, 0
    if refused >= max_refused and needs_session == 1 then
        rank, wait = REFUSED_CALLS, max(min(started + max_seconds, active + idle_seconds, NEVER) - now, 0)
    else
        local blocked_by = first_met(at, blocked_count, is_blocked)
        if blocked_by then
            rank, number = BLOCKED_AFTER, blocked_by
        elseif counter and min(word(counters, counter) + same_calls, NEVER) > call_limit then
            rank = CALL_LIMIT
        elseif is_high_risk == 1 and min(high_risk + high_risk_calls, NEVER) > max_high_risk then
            rank = HIGH_RISK_LIMIT
        elseif cooling_wait then
            rank, wait = COOLS, cooling_wait
        elseif wait_to_rise > 0 then
            rank, wait = ESCALATES, wait_to_rise
        end
    end
    if approval_key > 0 then
        local used_until = approval_key ~= NO_APPROVAL and call('GET', KEYS[approval_key])
        if rank == NONE and (approval_key == NO_APPROVAL or (used_until and tonumber(used_until) > now)) then
            rank = USED
        end
        uses = uses or {}
        uses[#uses + 1] = { approval_key, kept }
    end
    if rank < denial_rank then
        denial_rank, denial_place, denial_number, denial_wait = rank, place, number, wait
    end

    local is_fresh = max_age == NEVER or (known_auth_time and now - known_auth_time <= max_age)
    if not demand and (is_weak == 1 or not is_fresh) then
        demand = place
    end

    local asked_by = first_met(approval_at, approval_count, is_questioned)
    if needs_review == 1 or asked_by then
        approvals = approvals + 1
        if approvals == 1 then
            approval_place, by_reviewer, approval_number, is_triggered, asks_sign_in =
                place, needs_review, asked_by or 0, triggered, may_sign_in
        end
    end
    if counter or period then
        effects = effects or {}
        effects[#effects + 1] = { counter, period, cooling_seconds, hash_name, hash }
    end
end

-- Returns the `auth_time` of an authentication that approves a call: later than what triggered it, and used for no other call.
local function approving_sign_in()
    -- One authentication approves one call. One from the future approves nothing: it could be older than the trigger.
    if approvals > 1 or by_reviewer == 1 or may_approve == 0 or not known_auth_time or known_auth_time > now then
        return nil
    end
    -- A session with latches that an earlier version of this library has stored may have no trigger.
    local triggered_at = is_triggered == 1 and now or trigger > 0 and trigger or active
    return known_auth_time > max(triggered_at, approved_by) and known_auth_time or nil
end

local answer = { ALLOWED }
local used_auth_time, is_challenged
local challenge = min((known_auth_time or 0) + 1, NEVER)
if purpose == FORBIDDEN then
    -- The request knows by what.
    answer = { DENIED }
elseif denial_rank ~= NONE then
    answer = { DENIED, denial_place, denial_rank, denial_number, denial_wait }
elseif demand and challenged == challenge then
    answer = { DENIED, demand, STALE, 0, 0 }
elseif demand then
    answer = { REAUTHENTICATE, demand, 0, 0, 0 }
    is_challenged = true
elseif approvals > 0 then
    used_auth_time = approving_sign_in()
    if not used_auth_time then
        is_challenged = asks_sign_in == 1 and by_reviewer == 0
        local form = is_challenged and challenged == challenge and REPEATED or by_reviewer
        answer = { APPROVAL, approval_place, form, approval_number, 0 }
    end
end

local kind = answer[1]
local is_new = started == 0
if is_new and purpose == RENEWAL then
    -- There is no session to renew.
    return answer
end
if is_new then
    started, active = begin, begin
end
if kind == ALLOWED then
    active = max(active, begin)
    latches = add_latches(latches)
    if latch_count > 0 then
        -- Whether or not a tool of this table requires approval after it: those of a later version of the table may. Rounded
        -- down, as `auth_time` is: an authentication in a later second is later.
        trigger = max(trigger, now)
    end
    for _, effect in ipairs(effects or {}) do
        local counter, period, cooling_seconds, hash_name, hash = unpack(effect, 1, 5)
        if counter then
            local count, at = word(counters, counter)
            counters = set(counters, at, counter, pack('<I4', min(count + 1, NEVER)))
        end
        if period then
            local cools_until, at = word(cooling, period)
            if cools_until <= now then
                cooling = set(cooling, at, period, pack('<I4', min(begin + cooling_seconds, NEVER)))
                if hash_name then
                    arguments = set(arguments, place_of(arguments, hash_name, ARGUMENTS), hash_name, hash)
                end
            end
        end
    end
    for _, use in ipairs(uses or {}) do
        local used_until = min(begin + use[2], NEVER)
        call('SETEX', KEYS[use[1]], max(used_until - now, 1), used_until)
    end
    if max_high_risk ~= NEVER then
        high_risk = min(high_risk + high_risk_calls, NEVER)
    end
    if escalation ~= NEVER then
        low = low == 0 and highest_risk >= 1 and begin or low
        medium = medium == 0 and highest_risk >= 2 and begin or medium
        high = high == 0 and highest_risk >= 3 and begin or high
        critical = critical == 0 and highest_risk >= 4 and begin or critical
    end
    approved_by = used_auth_time or approved_by
elseif kind == DENIED and max_refused ~= NEVER then
    refused = min(refused + 1, NEVER)
elseif is_challenged then
    challenged = challenge
end
if is_new and escalation == NEVER and counters == '' and latches == ''
    and refused + high_risk + low + medium + high + critical + trigger + approved_by + challenged == 0 then
    -- A session begins with the first call that has an effect. A cooling period does not belong to it.
    started, active = 0, 0
end
save(KEYS[1], bytes, started, active, refused, high_risk, low, medium, high, critical, trigger, approved_by, challenged,
    cooling, arguments, counters, latches)
return answer
