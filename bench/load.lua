-- wrk's script: asks for the keys 0, 1, … of a scenario and reports in one line.

function init(args)
	local keys = tonumber(args[1])
	if keys == 1 then
		wrk.path = wrk.path .. 0
		return -- wrk sends one ready request, without asking Lua for it
	end
	local requests = {}
	for key = 0, keys - 1 do
		requests[key] = wrk.format("GET", wrk.path .. key)
	end
	-- The stride has no common factor with the number of keys: each is asked for
	-- equally often, and all the others between two requests for the same one.
	local key = 0
	function request()
		key = (key + 7919) % keys
		return requests[key]
	end
end

function done(summary, latency, requests)
	local errors = summary.errors
	io.write(string.format("\nbench requests=%d microseconds=%d connect=%d read=%d write=%d status=%d timeout=%d\n",
		summary.requests, summary.duration,
		errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
