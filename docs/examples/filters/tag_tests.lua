-- Tags what test runs do: every event of a process that was started as one, and every look at and change of test files by
-- others. Then `jq 'select(.tags[]? == "test-run")'` over the log has a test run, and nothing else.
--
--   agentvfs telemetry filter add tests examples/filters/tag_tests.lua

local RUNNERS = {
  "^npm%s+t$", "^npm%s+test", "^npm%s+run%s+test", "^deno%s+test", "^cargo%s+test", "^cargo%s+nextest",
  "^go%s+test", "^make%s+test", "^make%s+check", "^pytest", "%-m%s+pytest", "%-m%s+unittest", "^node%s+.*%-%-test",
  "^vitest", "^jest", "^mocha", "^ctest", "^rspec", "^mvn%s+.*test",
}

local TEST_FILES = { "_test%.%w+$", "%.test%.%w+$", "%.spec%.%w+$", "/tests?/", "/test_[^/]*%.py$" }

-- Process ids of test runs. What a run starts is seen to start; ids are used again, so what ends is forgotten.
local runs = {}

local function any(patterns, text)
  for _, pattern in ipairs(patterns) do
    if text:find(pattern) then return true end
  end
  return false
end

local function command(ev)
  if not ev.args then return nil end
  local words = ev.args:gsub("%z", " ")
  return (words:gsub("^%S*/", ""))
end

function on_event(ev)
  if ev.op == "exit" then
    local was = runs[ev.pid]
    runs[ev.pid] = nil
    return was and { tag = "test-run" } or nil
  end
  local line = command(ev)
  if line and any(RUNNERS, line) then
    runs[ev.pid] = line
    return { tag = "test-run", extra = { test_command = line:sub(1, 200) } }
  end
  if runs[ev.pid] then return { tag = "test-run" } end
  if ev.path and any(TEST_FILES, ev.path) then return { tag = "test-file" } end
end
