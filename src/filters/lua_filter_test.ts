import assert from "node:assert/strict";
import type { TelemetryEvent } from "../telemetry/event.ts";
import { type Filter, FilterError } from "./filter.ts";
import { luaMachine } from "./lua_filter.ts";
import { judged } from "./testing/judged.ts";

const MIB = 1024 * 1024;

function event(path: string, more: Partial<TelemetryEvent> = {}): TelemetryEvent {
  return { provider: "mount", action: "write", time: 0, path, ...more };
}

async function luaFilter(text: string): Promise<Filter> {
  return (await luaMachine(8 * MIB)).load(new TextEncoder().encode(text), "test.lua");
}

Deno.test("what on_event returns is the answer: nothing, a number, a word, or a table", async () => {
  const filter = await luaFilter(`
    local answers = { a = 1, b = "deny", c = "soft_watch", d = "drop",
      e = { verdict = "deny", cacheable = true, tag = "x", tags = {"y", "z"}, extra = { n = 3 } } }
    function on_event(ev) return answers[ev.path] end`);
  const answers = judged(filter, ["none", "a", "b", "c", "d"].map((path) => event(path)));
  assert.deepEqual(answers.map((answer) => answer?.verdict), [
    "allow",
    "watch",
    "deny",
    "watch",
    "allow",
  ]);
  assert.deepEqual(answers.map((answer) => answer?.drop), [false, false, false, false, true]);
  const [table] = judged(filter, [event("e")]);
  assert.deepEqual({ ...table, extra: { ...table?.extra } }, {
    verdict: "deny",
    drop: false,
    cacheable: true,
    tags: ["x", "y", "z"],
    extra: { n: "3" },
  });
});

Deno.test("ev has what the event says, as bytes", async () => {
  const filter = await luaFilter(`
    function on_event(ev)
      local said = {}
      for key, value in pairs(ev) do said[key] = tostring(value) end
      said.path = ("%q"):format(ev.path:byte(-1))
      return { extra = said }
    end`);
  const [answer] = judged(filter, [event("/caf\xe9", {
    action: "rename",
    target: "/to",
    branch: "b",
    view: 3,
    session: "s",
    call: "c",
    error: "EACCES",
    process: { pid: 42, uid: 1000, name: "sh", executable: "/bin/sh", args: ["sh", "-c"] },
  })]);
  assert.deepEqual({ ...answer?.extra }, {
    op: "rename",
    pid: "42",
    uid: "1000",
    view: "3",
    path: "233",
    target: "/to",
    comm: "sh",
    exe: "/bin/sh",
    branch: "b",
    backend: "mount",
    session: "s",
    call: "c",
    error: "EACCES",
    args: "sh\0-c",
  });
});

Deno.test("there is nothing that reads, loads or writes", async () => {
  const names = ["io", "os", "debug", "package", "coroutine", "require", "load", "loadfile"];
  const more = ["dofile", "print", "collectgarbage"];
  const filter = await luaFilter(`
    function on_event()
      local there = ""
      for _, name in ipairs{${[...names, ...more].map((name) => `"${name}"`).join()}} do
        if _G[name] ~= nil then there = there .. " " .. name end
      end
      if utf8.char(228) ~= "\\u{e4}" or math.max(1, 2) ~= 2 then there = there .. " no utf8" end
      if there ~= "" then return { tag = there } end
    end`);
  assert.deepEqual(judged(filter, [event("a")])[0]?.tags, []);
});

Deno.test("a filter that fails, has failed on that event alone", async () => {
  const filter = await luaFilter(`
    local bad = { number = 7, word = "perhaps", fraction = 0.5, yes = true,
      notes = { tag = ("x"):rep(5000) }, key = { extra = { [1] = "x" } } }
    function on_event(ev)
      if ev.path == "error" then error("on purpose") end
      if ev.path == "recursion" then local function f() return 1 + f() end f() end
      return bad[ev.path]
    end`);
  for (
    const path of ["number", "word", "fraction", "yes", "notes", "key", "error", "recursion"]
  ) {
    const [failed, good] = judged(filter, [event(path), event("good")]);
    assert.equal(failed, null, path);
    assert.equal(good?.verdict, "allow", path);
  }
});

Deno.test("memory is limited, and what went over the limit goes on afterwards", async () => {
  const filter = await luaFilter(`
    function on_event(ev)
      if ev.path == "bomb" then
        local t = {}
        for i = 1, 1e9 do t[i] = ("x"):rep(100000) .. i end
      end
      return "watch"
    end`);
  const [bomb, after] = judged(filter, [event("bomb"), event("good")]);
  assert.equal(bomb, null);
  assert.match(filter.failure!, /not enough memory/);
  assert.equal(after?.verdict, "watch");
});

Deno.test("a file that is no filter is refused with the reason", async () => {
  const refused: readonly [RegExp, string][] = [
    [/defines no function on_event/, "x = 1"],
    [/test\.lua:1: .*expected/, "function ("],
    [/on purpose/, `error("on purpose")`],
    [/binary chunk/, "\x1bLua"],
  ];
  for (const [reason, text] of refused) {
    await assert.rejects(luaFilter(text), (error) => {
      assert.ok(error instanceof FilterError);
      assert.match(error.message, reason);
      return true;
    });
  }
});
