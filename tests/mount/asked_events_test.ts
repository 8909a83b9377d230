/** What a filter is told that a rule asks: what the log has of the same, and what the rule asks about. */

import assert from "node:assert/strict";
import { PATIENT, tell } from "../support/agent_hooks.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell, until } from "../support/process.ts";

/** Commands, and what a filter is told of their requests: operation, what is asked, about which path, `path` and `target`. */
const ACTS: readonly (readonly [command: string, ...told: string[]])[] = [
  ["mkdir d", "mkdir create d d -"],
  ["truncate -s 5 d/a", "create create d/a d/a -", "truncate truncate d/a d/a -"],
  ["ln -s text d/s", "symlink create d/s d/s text"],
  ["mkfifo d/p", "mknod create d/p d/p -"],
  ["ln d/a d/b", "link link d/a d/a =d/b", "link link d/b d/a =d/b"],
  ["mv -T d/b d/c", "rename rename d/b d/b =d/c", "rename rename d/c d/b =d/c"],
  ["mkfifo o", "mknod create o o -"],
  ["mv -T o d/c", "rename rename o o =d/c", "rename rename d/c o =d/c"],
  ["chmod 600 d/a", "chmod attributes d/a d/a -"],
  ["chown $(id -u) d/a", "chown attributes d/a d/a -"],
  ["touch d/a", "utimes attributes d/a d/a -"],
  ["setfattr -n user.k -v v d/a", "setxattr attributes d/a d/a user.k"],
  ["setfattr -x user.k d/a", "removexattr attributes d/a d/a user.k"],
  ["fallocate -l 20 d/a", "fallocate write d/a d/a -"],
  ["dd if=/dev/zero of=d/a bs=3 count=1 conv=notrunc status=none", "write write d/a d/a -"],
  ["rm d/s d/p", "unlink unlink d/s d/s -", "unlink unlink d/p d/p -"],
  ["rm d/a d/c", "unlink unlink d/a d/a -", "unlink unlink d/c d/c -"],
  ["rmdir d", "rmdir unlink d d -"],
];

/** Notes on the next event for the log what it was asked, and by whom where that is not who it should be. */
const filter = (root: string) => `
  local root, said = ${JSON.stringify(`${root}/`)}, {}
  local function name(path)
    return path:sub(1, #root) == root and path:sub(#root + 1) or path
  end
  function on_event(ev)
    if not ev.asked then
      if #said == 0 then return end
      local asked = table.concat(said, "\\n")
      said = {}
      return { extra = { asked = asked } }
    end
    local target = ev.target or "-"
    if name(target) ~= target then target = "=" .. name(target) end
    local isWho = ev.uid == ${Deno.uid()} and ev.pid > 1 and ev.branch == "main" and ev.view == 0 and
      ev.backend == "mount" and ev.session == "s1" and ev.call == "toolu_1" and ev.tool == "Bash" and
      ev.args:match("^[^%z]*") == ev.comm and ev.args:find("%z") and ev.exe:find("/" .. ev.comm) and not ev.error
    local who = isWho and "" or " by " .. ev.comm .. " " .. tostring(ev.args) .. " " .. tostring(ev.call)
    said[#said + 1] = ev.op .. " " .. ev.asked .. " " .. name(ev.about) .. " " .. name(ev.path) .. " " .. target .. who
  end`;

async function asked(mounted: Mounted): Promise<string[]> {
  const { stdout } = await mounted.run(["-C", mounted.project, "audit", "--json"]);
  const notes = stdout.trim().split("\n").map((line) =>
    JSON.parse(line).agentvfs?.extra?.asked as string | undefined
  );
  return [...new Set(notes.flatMap((note) => note?.split("\n") ?? []))].sort();
}

Deno.test("a filter that a rule asks is told what is done, by whom, with both names, and in which call", () =>
  withProject("mkdir asked", async (mounted) => {
    const file = `${mounted.state}/f.lua`;
    await Deno.writeTextFile(file, filter(mounted.path("asked")));
    await mounted.ctl("telemetry", "filter", "add", "f", file);
    const ops = "create,write,unlink,rename,truncate,link,attributes";
    const rule = { path_pattern: "asked/**", ask: "f", ops, otherwise: "allow" };
    await Deno.writeTextFile(`${mounted.state}/rules`, JSON.stringify({ rules: [rule] }));
    await mounted.ctl("policy", "install", `${mounted.state}/rules`);
    await tell(mounted.mount, {
      session_id: "s1",
      transcript_path: "/nowhere/s1.jsonl",
      cwd: mounted.mount,
      hook_event_name: "PreToolUse",
      tool_name: "Bash",
      tool_input: { command: "true" },
      tool_use_id: "toolu_1",
    });
    const script = ACTS.map(([command]) => command).join("\n");
    const expected = ACTS.flatMap(([, ...told]) => told).sort();
    let told: string[] = [];
    // What it is asked while it has no time it is not told: a busy machine goes through it again.
    await until("it was told of all", async () => {
      await shell(script, { cwd: mounted.path("asked") });
      told = await asked(mounted);
      return expected.every((each) => told.includes(each)) ||
        told.some((each) => / by /.test(each));
    }, 60_000).catch(() => {});
    assert.deepEqual(told, expected);
  }, PATIENT));
