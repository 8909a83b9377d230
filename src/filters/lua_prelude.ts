/**
 * What stands between the runtime and `on_event` of a Lua filter, in Lua: one call from outside for a whole batch, because
 * each value that passes between the two worlds costs more than the filter itself.
 *
 * @module
 */

import { MOST_NOTES } from "./answer.ts";
import { actionNames } from "./action_numbers.ts";

const NAMES = actionNames().map((name) => `${JSON.stringify(name)}`).join(",");

/** A chunk that takes away what a filter has no use for, and returns `judge(events, count) -> answers, failure`. */
export const LUA_PRELUDE = `
local names = {[0]=${NAMES}}
local words = {allow=0, watch=1, soft_watch=1, deny=2, drop=4}
local unpack, pack, concat = string.unpack, string.pack, table.concat
local type, pcall, tostring, error, pairs, ipairs = type, pcall, tostring, error, pairs, ipairs
local rawget, globals, sub = rawget, _G, string.sub
for _, name in ipairs{"load", "loadstring", "loadfile", "dofile", "require", "print", "collectgarbage"} do
  globals[name] = nil
end
local NONE, FAILED = pack("<I4", 0), pack("<I4", 1 << 10)

local function word_of(value)
  if value == nil then return 0 end
  if type(value) == "string" then value = words[value] or error("there is no verdict " .. value, 0)
  elseif value ~= 0 and value ~= 1 and value ~= 2 then
    error("on_event returned " .. tostring(value) .. ", which is no verdict", 0)
  end
  return value // 1 | 0
end

local function note(notes, key, value)
  if type(key) ~= "string" or key == "" then error("a note's name is no text", 0) end
  notes[#notes + 1] = pack("<s2", key .. "=" .. tostring(value))
end

local function answer_of(result)
  if result == nil then return NONE end
  if type(result) ~= "table" then return pack("<I4", word_of(result)) end
  local word = word_of(result.verdict)
  if result.drop then word = word | 4 end
  if result.cacheable then word = word | 256 end
  local notes = {}
  if result.tag ~= nil then note(notes, "tag", result.tag) end
  if result.tags ~= nil then for _, tag in ipairs(result.tags) do note(notes, "tag", tag) end end
  if result.extra ~= nil then for key, value in pairs(result.extra) do note(notes, key, value) end end
  if #notes == 0 then return pack("<I4", word) end
  local text = concat(notes)
  if #text > ${MOST_NOTES} then error("on_event gave over ${MOST_NOTES} bytes of notes", 0) end
  return pack("<I4s2", word | 512, text)
end

local function one(event)
  local on_event = rawget(globals, "on_event")
  if type(on_event) ~= "function" then error("there is no function on_event", 0) end
  return answer_of(on_event(event))
end

local function optional(text) if text ~= "" then return text end end

return function(events, count)
  local answers, failure, at = {}, nil, 1
  for i = 1, count do
    local length = unpack("<I4", events, at)
    local op, pid, uid, view, path, target, comm, exe, branch, backend, session, call, args, err,
      tool, asked, about = unpack("<I4I4I4I4s2s2s2s2s2s2s2s2s2s2s2s2s2", events, at + 4)
    local ok, answer = pcall(one, {
      op = names[op] or "unknown", pid = pid, uid = uid, view = view, path = path,
      target = optional(target), comm = comm, exe = optional(exe), branch = optional(branch),
      backend = backend, session = optional(session), call = optional(call),
      args = optional(args), error = optional(err), tool = optional(tool),
      asked = optional(asked), about = optional(about),
    })
    if ok then answers[i] = answer
    else answers[i], failure = FAILED, sub(tostring(answer), 1, 400) end
    at = at + 4 + length
  end
  return concat(answers), failure
end
`;
