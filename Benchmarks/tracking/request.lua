-- wrk script: KIND of request to the run RUN, each with numbers of its own; counts answers that are not 200.
local kind, run, experiment, created = os.getenv("KIND"), os.getenv("RUN"), os.getenv("EXPERIMENT"), os.getenv("CREATED")
local token = os.getenv("TOKEN")
local prefix = "/api/2.0/mlflow/"
local headers = { ["Content-Type"] = "application/json" }
if token and token ~= "" then headers["Authorization"] = "Bearer " .. token end
local step = 0

local function post(path, body) return wrk.format("POST", prefix .. path, headers, body) end

local function search(rest) return post("runs/search", string.format('{"experiment_ids":["%s"],%s}', experiment, rest)) end

-- A thousand points of ten metrics. The generator shares the machine with the server, so what does not change from
-- request to request is written once, and the rest is joined.
local parts = {}
local function points(time, first)
  if #parts == 0 then
    for i = 0, 999 do
      parts[4 * i + 1] = string.format('%s{"key":"m%d","value":%.6f,"timestamp":', i > 0 and "," or "", i % 10, 1 / (i + 2))
      parts[4 * i + 3] = ',"step":'
    end
    parts[4001] = "}"
  end
  time = tostring(time)
  for i = 0, 99 do
    local text = tostring(first + i) .. "}"
    for j = 10 * i, 10 * i + 9 do
      parts[4 * j + 2] = time
      parts[4 * j + 4] = text
    end
  end
  parts[4000] = tostring(first + 99)
  return "[" .. table.concat(parts) .. "]"
end

-- Runs to fill, one identifier a line.
local runs = {}
if os.getenv("RUNS_FILE") then
  for line in io.lines(os.getenv("RUNS_FILE")) do runs[#runs + 1] = line end
end
local filled = 0

local kinds = {
  ["noop"] = function() return post("runs/search", '{"experiment_ids":[],"filter":"metrics.acc > 0.5","max_results":100}') end,
  ["lookup"] = function() return post("experiments/search", '{"max_results":1,"filter":"name = \'none\'"}') end,
  ["log-metric"] = function()
    return post("runs/log-metric", string.format(
      '{"run_id":"%s","key":"loss","value":%.6f,"timestamp":%d,"step":%d}', run, 1 / step, 1700000000000 + step, step))
  end,
  ["create"] = function()
    return post("runs/create", string.format(
      '{"experiment_id":"%s","start_time":%d,"tags":[{"key":"mlflow.user","value":"me"}]}', created, 1700000000000 + step))
  end,
  ["update"] = function()
    return post("runs/update", string.format('{"run_id":"%s","status":"RUNNING","end_time":%d}', run, 1700000000000 + step))
  end,
  ["log-batch"] = function()
    return post("runs/log-batch", string.format('{"run_id":"%s","metrics":%s}', run, points(1700000000000 + step, step * 100)))
  end,
  -- One batch for each run in RUNS_FILE: a thousand points, and what is searched for.
  ["fill"] = function()
    filled = filled % #runs + 1
    local id = runs[filled]
    -- A batch holds a thousand entries at most, of which three are others.
    local body = points(1700000000000, 0)
    local _, last = body:find("^%[{.-},{.-},{.-},")
    return post("runs/log-batch", string.format(
      '{"run_id":"%s","metrics":[{"key":"acc","value":%.6f,"timestamp":1,"step":0},%s,"params":[{"key":"depth","value":"%d"}],"tags":[{"key":"group","value":"g%d"}]}',
      id, filled * 7919 % 1000003 / 1000003, body:sub(last + 1), filled % 8, filled % 97))
  end,
  ["search"] = function()
    return search('"filter":"metrics.acc > 0.5 AND params.depth = \'4\'","order_by":["metrics.acc DESC"],"max_results":100')
  end,
  ["newest"] = function() return search('"max_results":100') end,
  ["best"] = function() return search('"filter":"metrics.acc > 0.9999","max_results":100') end,
  ["named"] = function() return search('"filter":"params.depth = \'3\' AND tags.group = \'g5\'","max_results":20') end,
  ["get"] = function() return wrk.format("GET", prefix .. "runs/get?run_id=" .. run, headers) end,
  ["history"] = function()
    return wrk.format("GET", prefix .. "metrics/get-history?run_id=" .. run .. "&metric_key=long&max_results=100000", headers)
  end,
}

function request()
  step = step + 1
  return kinds[kind]()
end

-- Every connection's thread starts at numbers of its own.
function init(args) math.randomseed(os.time()) step = math.random(1, 1000000) * 1000 end

function done(summary, latency, requests)
  io.write(string.format("RESULT requests=%d duration_us=%d p50_us=%d p99_us=%d failed=%d\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
