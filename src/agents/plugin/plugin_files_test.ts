/** The plug-in's files are what agents can read. That they take it is seen with the real ones: tests/agents. */

import assert from "node:assert/strict";
import { HOOK_LINE, hookLine } from "./hook_line.ts";
import { claudeHooks, codexHooks, geminiHooks } from "./hooks.ts";
import { pluginFiles } from "./plugin_files.ts";

const FILES = pluginFiles("1.2.3", "agentvfs");

Deno.test("every JSON file of the plug-in is JSON, and says the version and the program", () => {
  for (const [path, text] of FILES) if (path.endsWith(".json")) JSON.parse(text);
  const { version } = JSON.parse(FILES.get("agentvfs/.claude-plugin/plugin.json")!);
  assert.equal(version, "1.2.3");
  const other = pluginFiles("1.2.3", "/opt/agentvfs").get("agentvfs/.mcp.json")!;
  assert.equal(JSON.parse(other).mcpServers.agentvfs.command, "/opt/agentvfs");
});

Deno.test("a Skill has the name of its directory, and only front matter that every agent takes", () => {
  const skills = [...FILES].filter(([path]) => path.endsWith("/SKILL.md"));
  assert.equal(skills.length, 1);
  for (const [path, text] of skills) {
    const [, front] = /^---\n(.*?)\n---\n\n# /s.exec(text)!;
    const fields = Object.fromEntries(
      front!.split("\n").map((line) => /^(\S+): (.*)$/.exec(line)!.slice(1)),
    );
    assert.deepEqual(Object.keys(fields), ["name", "description", "license"]);
    assert.equal(fields.name, path.split("/").at(-2));
    assert.match(fields.name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.ok(fields.description.length <= 1024 && !/[:#] /.test(fields.description));
  }
});

Deno.test("the text of the hooks never changes: Codex asks for trust by it", () => {
  assert.equal(HOOK_LINE, hookLine(Deno.build.os === "darwin"));
  assert.equal(
    hookLine(true),
    'd=$PWD; until [ -e "$d/.agentvfs/hook" ]; do [ -n "$d" ] || exit 0; d=${d%/*}; done; ' +
      'f=$d/.agentvfs/hook.$$; cat >"$f" && cat "$f.answer" || exit 0',
  );
  assert.equal(
    hookLine(false),
    'd=$PWD; until [ -e "$d/.agentvfs/hook" ]; do [ -n "$d" ] || exit 0; d=${d%/*}; done; ' +
      '{ cat >&3; cat <&3; } 3<>"$d/.agentvfs/hook" || exit 0',
  );
  const { WorktreeCreate, WorktreeRemove, ...claude } = claudeHooks("/opt/a b/agentvfs");
  assert.match(JSON.stringify(WorktreeCreate), /"'\/opt\/a b\/agentvfs' worktree create"/);
  assert.match(JSON.stringify(WorktreeRemove), /worktree remove"/);
  for (const hooks of [claude, codexHooks(), geminiHooks()]) {
    for (const entries of Object.values(hooks)) {
      assert.match(JSON.stringify(entries), /\.agentvfs\/hook/);
    }
  }
  for (const [event, entries] of Object.entries(codexHooks())) {
    assert.deepEqual(entries, claudeHooks("agentvfs")[event]);
  }
});

Deno.test("tools that only look have no hook", () => {
  const [{ matcher }] = claudeHooks("agentvfs").PreToolUse as [{ matcher: string }];
  const changing = new RegExp(matcher);
  for (
    const tool of ["Bash", "Edit", "Write", "NotebookEdit", "apply_patch", "mcp__a__b", "Agent"]
  ) {
    assert.match(tool, changing);
  }
  for (const tool of ["Read", "Grep", "Glob", "TodoWrite", "WebFetch"]) {
    assert.doesNotMatch(tool, changing);
  }
});
