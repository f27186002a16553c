-- wrk script: KIND of request to the run RUN, each with numbers of its own; counts answers that are not 200.
local kind, run, experiment = os.getenv("KIND"), os.getenv("RUN"), os.getenv("EXPERIMENT")
local token = os.getenv("TOKEN")
local prefix = "/api/2.0/mlflow/"
local headers = { ["Content-Type"] = "application/json" }
if token and token ~= "" then headers["Authorization"] = "Bearer " .. token end
local step = 0

local function post(path, body) return wrk.format("POST", prefix .. path, headers, body) end

local kinds = {
  ["lookup"] = function() return post("experiments/search", '{"max_results":1,"filter":"name = \'none\'"}') end,
  ["log-metric"] = function()
    return post("runs/log-metric", string.format(
      '{"run_id":"%s","key":"loss","value":%.6f,"timestamp":%d,"step":%d}', run, 1 / step, 1700000000000 + step, step))
  end,
  ["create"] = function()
    return post("runs/create", string.format(
      '{"experiment_id":"%s","start_time":%d,"tags":[{"key":"mlflow.user","value":"me"}]}', experiment, 1700000000000 + step))
  end,
  ["update"] = function()
    return post("runs/update", string.format('{"run_id":"%s","status":"RUNNING","end_time":%d}', run, 1700000000000 + step))
  end,
  ["log-batch"] = function()
    local points = {}
    for i = 1, 1000 do
      points[i] = string.format('{"key":"m%d","value":%.6f,"timestamp":%d,"step":%d}', i % 10, 1 / (step + i), 1700000000000 + step, step * 100 + math.floor(i / 10))
    end
    return post("runs/log-batch", string.format('{"run_id":"%s","metrics":[%s]}', run, table.concat(points, ",")))
  end,
  ["search"] = function()
    return post("runs/search", string.format(
      '{"experiment_ids":["%s"],"filter":"metrics.acc > 0.5 AND params.depth = \'4\'","order_by":["metrics.acc DESC"],"max_results":100}', experiment))
  end,
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
