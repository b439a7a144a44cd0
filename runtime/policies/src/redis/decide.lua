#!lua
-- Decides on all calls of a body and records their effects, as `Rules::decide` (src/decide.rs) does, on the packed form of
-- a session (src/packed.rs). The tests run both on the same calls and compare decisions and states.
--
-- KEYS[1]: the session. KEYS[2], optional: the live session of a caller whom a header moved into the sandbox.
-- ARGV[1]: the request; src/redis/request.rs writes it. ARGV[2], in tests only: the time in milliseconds.
-- Returns five numbers, which src/redis/reply.rs reads: the kind of the decision, the place of the call, the rank of the reason
-- of a denial or the form of the approval, the number of the pattern in its list, and the seconds to wait.
--
-- The script has no flags. So the server does not run it on a replica, or when it has no memory for what the script may
-- write: no decision is made that could not be recorded.

local NEVER = 4294967295 -- A limit that the table does not state, and the largest number of a session.
local STARTED, ACTIVE, REFUSED, HIGH_RISK, RISES, TRIGGER, APPROVED_BY, CHALLENGED, HEADER = 1, 2, 3, 4, 4, 9, 10, 11, 11
local ALLOWED, DENIED, APPROVAL, REAUTHENTICATE = 0, 1, 2, 3
-- The form of an approval: 0 for one of the caller, 1 by a reviewer, 2 by a sign-in that was asked for before.
local REPEATED = 2
-- Ranks of denials (src/decision.rs).
local REFUSED_CALLS, BLOCKED_AFTER, CALL_LIMIT, HIGH_RISK_LIMIT, COOLS, ESCALATES, STALE = 2, 3, 4, 5, 6, 7, 8
-- The tags of records: the kind in the upper half, the length of the value in the lower one.
local COOLING, ARGUMENTS = 0x34, 0x48
local LENGTHS = { 0, 4, 4, 8 }
local NO_ARGUMENTS = string.rep('\0', 8)

local sub, byte, min, max, floor = string.sub, string.byte, math.min, math.max, math.floor
local pack, unpack_struct = struct.pack, struct.unpack

local function add(number, more)
    return min(number + more, NEVER)
end

-- What is stored is rounded up, and the present is rounded down. So no period ends early.
local clock = redis.call('TIME')
local now, fraction = tonumber(clock[1]), tonumber(clock[2])
if ARGV[2] then
    now, fraction = floor(ARGV[2] / 1000), ARGV[2] % 1000
end
local begin = fraction > 0 and now + 1 or now

local request = ARGV[1]
local idle_seconds, max_seconds, max_refused, max_high_risk, escalation, auth_time, is_forbidden, may_approve, asks_sign_in,
    asks_approval, highest_risk, high_risk_calls, latch_count, call_count, position =
    unpack_struct('<I4I4I4I4I4I4BBBBBI4I4I4', request)
local latches_at = position
position = position + 9 * latch_count

local function end_of(header)
    return min(add(header[STARTED], max_seconds), add(header[ACTIVE], idle_seconds))
end

-- Reads a session without what has ended. Returns nothing if the value is malformed.
local function load(key)
    local bytes = redis.call('GET', key)
    local names, values = {}, {}
    if not bytes then
        return { bytes = bytes, header = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, names = names, values = values }
    end
    local length = #bytes
    if length < 1 + 4 * HEADER or byte(bytes) ~= 1 then
        return nil
    end
    local header = { unpack_struct('<I4I4I4I4I4I4I4I4I4I4I4', bytes, 2) }
    local is_over = header[STARTED] > 0 and now >= end_of(header)
    local at, count = 2 + 4 * HEADER, 0
    while at <= length do
        local tag = byte(bytes, at)
        local size = tag % 16
        local behind = at + 9 + size
        if behind > length + 1 or size ~= (LENGTHS[floor(tag / 16)] or size) then
            return nil
        end
        local is_kept
        if tag == COOLING then
            is_kept = unpack_struct('<I4', bytes, at + 9) > now
        else
            -- Hashes of arguments last as long as a cooling period: see `save`.
            is_kept = not is_over or tag == ARGUMENTS
        end
        if is_kept then
            local name = sub(bytes, at, at + 8)
            count = count + 1
            names[count] = name
            values[name] = sub(bytes, at + 9, behind - 1)
        end
        at = behind
    end
    if is_over then
        for place = 1, HEADER do
            header[place] = 0
        end
    end
    return { bytes = bytes, header = header, names = names, values = values }
end

local session = load(KEYS[1])
local live = KEYS[2] and load(KEYS[2])
if not session or (KEYS[2] and not live) then
    return redis.error_reply('MALFORMED the value is not a session of this version')
end
local header, values = session.header, session.values

local function set(into, name, value)
    if not into.values[name] then
        into.names[#into.names + 1] = name
    end
    into.values[name] = value
end

local function word(name)
    local value = values[name]
    return value and (unpack_struct('<I4', value)) or 0
end

-- Writes a session, if it has changed. The key expires when nothing of it counts any more.
local function save(key, changed)
    local expiry = changed.header[STARTED] > 0 and end_of(changed.header) or 0
    local cools = false
    for _, name in ipairs(changed.names) do
        if byte(name) == COOLING then
            cools = true
            expiry = max(expiry, (unpack_struct('<I4', changed.values[name])))
        end
    end
    if expiry <= now then
        if changed.bytes then
            redis.call('DEL', key)
        end
        return
    end
    local parts = { pack('<BI4I4I4I4I4I4I4I4I4I4I4', 1, unpack(changed.header, 1, HEADER)) }
    for _, name in ipairs(changed.names) do
        if cools or byte(name) ~= ARGUMENTS then
            parts[#parts + 1] = name
            parts[#parts + 1] = changed.values[name]
        end
    end
    local bytes = table.concat(parts)
    if bytes ~= changed.bytes then
        redis.call('SET', key, bytes, 'EX', expiry - now)
    end
end

-- Records that the caller was here.
local function contact(of)
    if of[STARTED] == 0 then
        of[STARTED], of[ACTIVE] = begin, begin
    end
end

-- Records what an admitted body matched.
local function renew_and_latch(into)
    contact(into.header)
    into.header[ACTIVE] = max(into.header[ACTIVE], begin)
    for at = latches_at, latches_at + 9 * (latch_count - 1), 9 do
        set(into, sub(request, at, at + 8), '')
    end
    if asks_approval == 1 then
        -- Rounded down, as `auth_time` is: an authentication in a later second is later.
        into.header[TRIGGER] = max(into.header[TRIGGER], now)
    end
end

-- Returns whether a later decision can depend on the session. Cooling periods do not belong to it.
local function has_trace()
    if escalation ~= NEVER then
        return true
    end
    for place = ACTIVE + 1, HEADER do
        if header[place] > 0 then
            return true
        end
    end
    for _, name in ipairs(session.names) do
        local tag = byte(name)
        if tag ~= COOLING and tag ~= ARGUMENTS then
            return true
        end
    end
    return false
end

-- Returns the number of the first name in a list whose latch is set. Other calls of the body meet what follows the list.
local function first_met(at, count, met_by_others)
    for number = 1, count do
        if values[sub(request, at, at + 8)] then
            return number
        end
        at = at + 9
    end
    return met_by_others == 1 and count + 1 or nil
end

-- An `auth_time` far in the future is ignored.
local known_auth_time = auth_time ~= NEVER and auth_time <= add(now, 60) and auth_time or nil

-- The highest risk, when it was reached first, and the highest that is old enough to rise from.
local highest, risen, settled = 0, 0, 0
for level = 1, 4 do
    local rise = header[RISES + level]
    if rise > 0 then
        highest, risen = level, rise
        if rise <= now - escalation then
            settled = level
        end
    end
end

-- Returns how long a call must wait because it is two or more levels above the settled risk.
local function escalation_wait(risk, highest_other)
    if escalation == NEVER or risk < settled + 2 then
        return 0
    end
    local contact = header[STARTED] > 0 and header[STARTED] or begin
    local latest = highest_other > highest and begin or max(contact, risen)
    return add(latest, escalation) - now
end

-- The first denial of the lowest rank, the first call whose caller must authenticate again, the first that needs an approval.
local denial, demand, approval
local approvals, effects = 0, {}

local function deny(place, rank, number, wait)
    if not denial or rank < denial.rank then
        denial = { place = place, rank = rank, number = number, wait = wait }
    end
end

for _ = 1, call_count do
    local place, max_age, call_limit, same_calls, cooling_seconds, blocked_count, approval_count, risk, highest_other, is_weak,
        needs_session, is_high_risk, needs_review, is_triggered, has_rival, is_idempotent, is_blocked, is_questioned, at =
        unpack_struct('<I4I4I4I4I4I4I4BBBBBBBBBBB', request, position)
    local counter, cooling, arguments, hash
    if call_limit ~= NEVER then
        counter, at = sub(request, at, at + 8), at + 9
    end
    if cooling_seconds ~= NEVER then
        cooling, at = sub(request, at, at + 8), at + 9
    end
    if is_idempotent == 1 then
        arguments, hash, at = sub(request, at, at + 8), sub(request, at + 9, at + 16), at + 17
    end
    local blocked_at, approval_at = at, at + 9 * blocked_count
    position = approval_at + 9 * approval_count

    local cooling_wait
    if cooling then
        local cools_until = word(cooling)
        local is_repeat = arguments and hash ~= NO_ARGUMENTS and hash == values[arguments]
        if cools_until > now and not is_repeat then
            cooling_wait = cools_until - now
        elseif has_rival == 1 then
            cooling_wait = max(add(begin, cooling_seconds) - now, 0)
        end
    end
    local blocked_by = first_met(blocked_at, blocked_count, is_blocked)
    local wait_to_rise = escalation_wait(risk, highest_other)
    if max_refused ~= NEVER and needs_session == 1 and header[REFUSED] >= max_refused then
        deny(place, REFUSED_CALLS, 0, max(end_of(header) - now, 0))
    elseif blocked_by then
        deny(place, BLOCKED_AFTER, blocked_by, 0)
    elseif counter and add(word(counter), same_calls) > call_limit then
        deny(place, CALL_LIMIT, 0, 0)
    elseif is_high_risk == 1 and add(header[HIGH_RISK], high_risk_calls) > max_high_risk then
        deny(place, HIGH_RISK_LIMIT, 0, 0)
    elseif cooling_wait then
        deny(place, COOLS, 0, cooling_wait)
    elseif wait_to_rise > 0 then
        deny(place, ESCALATES, 0, wait_to_rise)
    end

    local is_fresh = max_age == NEVER or (known_auth_time and now - known_auth_time <= max_age)
    if not demand and (is_weak == 1 or not is_fresh) then
        demand = place
    end

    local asked_by = first_met(approval_at, approval_count, is_questioned)
    if needs_review == 1 or asked_by then
        approvals = approvals + 1
        approval = approval or { place = place, by_reviewer = needs_review, number = asked_by or 0, is_triggered = is_triggered }
    end
    if counter or cooling then
        effects[#effects + 1] = { counter, cooling, cooling_seconds, arguments, hash }
    end
end

-- Returns the `auth_time` of an authentication that approves a call: later than what triggered it, and used for no other call.
local function approving_sign_in()
    -- One authentication approves one call. One from the future approves nothing: it could be older than the trigger.
    if approvals > 1 or approval.by_reviewer == 1 or may_approve == 0 or not known_auth_time or known_auth_time > now then
        return nil
    end
    local trigger = approval.is_triggered == 1 and now or header[TRIGGER]
    return known_auth_time > max(trigger, header[APPROVED_BY]) and known_auth_time or nil
end

local kind, place, detail, number, wait = ALLOWED, 0, 0, 0, 0
local approved_by, is_challenged
local challenge = add(known_auth_time or 0, 1)
if is_forbidden == 1 then
    -- The request knows by what.
    kind = DENIED
elseif denial then
    kind, place, detail, number, wait = DENIED, denial.place, denial.rank, denial.number, denial.wait
elseif demand and header[CHALLENGED] == challenge then
    kind, place, detail = DENIED, demand, STALE
elseif demand then
    kind, place, is_challenged = REAUTHENTICATE, demand, true
elseif approval then
    approved_by = approving_sign_in()
    if not approved_by then
        kind, place, detail, number = APPROVAL, approval.place, approval.by_reviewer, approval.number
        is_challenged = asks_sign_in == 1 and detail == 0
        if is_challenged and header[CHALLENGED] == challenge then
            detail = REPEATED
        end
    end
end

local is_new = header[STARTED] == 0
if kind == ALLOWED then
    renew_and_latch(session)
    for _, effect in ipairs(effects) do
        local counter, cooling, cooling_seconds, arguments, hash = unpack(effect, 1, 5)
        if counter then
            set(session, counter, pack('<I4', add(word(counter), 1)))
        end
        if cooling and word(cooling) <= now then
            set(session, cooling, pack('<I4', add(begin, cooling_seconds)))
            if arguments then
                set(session, arguments, hash)
            end
        end
    end
    if max_high_risk ~= NEVER then
        header[HIGH_RISK] = add(header[HIGH_RISK], high_risk_calls)
    end
    if escalation ~= NEVER then
        for level = 1, highest_risk do
            if header[RISES + level] == 0 then
                header[RISES + level] = begin
            end
        end
    end
    header[APPROVED_BY] = approved_by or header[APPROVED_BY]
else
    contact(header)
    if kind == DENIED and max_refused ~= NEVER then
        header[REFUSED] = add(header[REFUSED], 1)
    elseif is_challenged then
        header[CHALLENGED] = challenge
    end
end
if is_new and not has_trace() then
    -- A session begins with the first call that has an effect.
    header[STARTED], header[ACTIVE] = 0, 0
end
save(KEYS[1], session)
if live and kind == ALLOWED then
    renew_and_latch(live)
    save(KEYS[2], live)
end
return { kind, place, detail, number, wait }
