/**
 * The doors in `.agentvfs` that agents use: what they tell of themselves through `hook`, and what they are told.
 */

import assert from "node:assert/strict";
import { dirname } from "node:path";
import type { LogEntry } from "../../src/control/service/history.ts";
import { HOOK_LINE } from "../../src/agents/plugin/hook_line.ts";
import { cursorHooks } from "../../src/agents/plugin/hooks.ts";
import { OPENCODE_PLUGIN } from "../../src/agents/plugin/opencode_plugin.ts";
import RECORDED from "../../src/agents/testing/recorded.json" with { type: "json" };
import { type Hook, HookScene, PATIENT, tell } from "../support/agent_hooks.ts";
import { withConversation } from "../support/conversation.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { isInstalled, run, shell, succeed, until } from "../support/process.ts";
import { PROGRAM } from "../support/program.ts";
import { PYTHON, scriptPath } from "../support/python.ts";

const NO_SOCKETS = scriptPath(import.meta.url, "no_sockets.py");

const SHELLS = [["sh"], ["dash"], ["bash"], ["busybox", "sh"]];

const [START, PROMPT, , BEFORE, AFTER, FAILED, EDITED, , , STOP] = RECORDED.claude as Hook[];

const SCENES: Record<string, (s: HookScene) => Promise<void>> = {
  async "a tool call that changed something is a checkpoint that says whose it was"(s) {
    const greeting = await s.tell(START!);
    assert.match(greeting, new RegExp(`branch ${s.branch}, last checkpoint "initial"`));
    assert.match(greeting, /echo rollback NAME > \.agentvfs\/ctl/);
    assert.equal(await s.tell(PROMPT!), "");
    assert.equal(await s.tell(BEFORE!), "");
    await s.write("file", "two\n");
    await Deno.remove(s.path("sub/deep"));
    assert.equal(await s.tell(AFTER!), "");
    // Nothing came of these: a file that came and went is not a change.
    await s.tell(FAILED!);
    await s.write("lock", "");
    await Deno.remove(s.path("lock"));
    await s.tell(EDITED!);
    await s.tell(STOP!);
    const [only, another] = await s.entries();
    assert.equal(another, undefined);
    assert.deepEqual(only!.changed, { added: 0, modified: 1, deleted: 1 });
    assert.equal(only!.agent, "claude");
    assert.deepEqual(only!.details, {
      moment: "call",
      session: START!.session_id,
      prompt: "prompt-1",
      said: "fix the cart",
      tool: "Bash",
      call: "toolu_1",
      command: "npm test",
      durationMs: 55,
      exit: 0,
      transcript: START!.transcript_path,
    });
  },

  async "an agent is told once of what rules refused it"(s) {
    assert.match(await s.tell(START!), /branch/);
    const rules = [{ name: "frozen", path_pattern: "file", deny: "write" }];
    await s.client.installPolicy({ text: JSON.stringify({ rules }), from: ["a test"] });
    await assert.rejects(s.write("file", "two\n"));
    const told = await s.tell(AFTER!);
    assert.match(told, /Cutting off file on .* was refused by the rule "frozen"/);
    assert.match(told, /no way around them/);
    assert.doesNotMatch(await s.tell(AFTER!), /frozen/);
    await s.client.removePolicy({});
  },
  async "what is of no call is recorded apart: before a prompt, between calls, at the end of a turn"(
    s,
  ) {
    const transcript = `${await Deno.makeTempDir({ prefix: "agentvfs-" })}/transcript.jsonl`;
    await Deno.writeTextFile(transcript, "x".repeat(1234));
    await s.tell(START!);
    await s.write("file", "by the person");
    await s.tell({ ...PROMPT!, transcript_path: transcript });
    await s.write("file", "by somebody else");
    await s.tell(BEFORE!);
    await s.write("file", "by the call");
    await s.tell(AFTER!);
    await s.write("file", "by what the call left running");
    await s.tell(STOP!);
    const made = await s.entries();
    const moments = made.map(({ details }) => details!.moment);
    assert.deepEqual(moments, ["turn", "call", "before-call", "prompt"]);
    assert.equal(made.at(-1)!.details!.said, "fix the cart");
    assert.equal(made.at(-1)!.details!.transcriptBytes, 1234);
    await Deno.remove(dirname(transcript), { recursive: true });
  },

  async "what a sandbox is about to mount on, or has mounted on until now, is of no call"(s) {
    await s.write("made", "1");
    for (const name of [".codex", "a dir/.agents", ".claude", ".claude/commands"]) {
      await Deno.mkdir(s.path(name));
    }
    await s.write(".mcp.json", "");
    await s.write(".claude/settings.json", "");
    await s.tell(AFTER!);
    await s.tell(STOP!);
    const [call, another] = await s.entries();
    assert.equal(another, undefined);
    assert.deepEqual(call!.changed, { added: 1, modified: 0, deleted: 0 });
    // What somebody makes on purpose has something in it, or is recorded on purpose.
    await s.write(".mcp.json", "{}");
    await s.tell(STOP!);
    assert.deepEqual((await s.entries())[0]!.changed, { added: 1, modified: 0, deleted: 0 });
    const { changed } = await s.client.checkpoint({ branch: s.branch, label: "mine" });
    assert.deepEqual(changed, { added: 5, modified: 0, deleted: 0 });
  },

  async "calls at the same time say so of each other"(s) {
    const call = (event: Hook, id: string) => ({ ...event, tool_use_id: id });
    await s.tell(call(BEFORE!, "a"));
    await s.write("a", "a");
    await s.tell(call(BEFORE!, "b"));
    await s.write("b", "b");
    await s.tell(call(AFTER!, "a"));
    await s.write("c", "c");
    await s.tell(call(AFTER!, "b"));
    const told = (await s.entries()).map(({ details }) => [details!.call, details!.alongside]);
    // What a had done when b began is a's in any case.
    assert.deepEqual(told, [["b", ["a"]], ["a", ["b"]], ["a", undefined]]);
  },

  async "after a rollback an agent is told once which files are others now"(s) {
    const { branch } = s;
    await s.tell(START!);
    await s.tell(BEFORE!);
    await s.write("file", "two");
    await s.write("added", "new");
    await Deno.remove(s.path("gone"));
    await s.tell(AFTER!);
    await s.client.rollback({ branch, ref: "initial" });
    // Nobody listens at the end of a turn: it is told later.
    assert.equal(await s.tell(STOP!), "");
    const told = await s.tell(PROMPT!);
    assert.match(
      told,
      /changed, brought back or removed them: added, file, gone\. Read them again/,
    );
    assert.equal(await s.tell(BEFORE!), "");
    // Another session that begins now has not read anything yet.
    const other = { session_id: "another" };
    assert.doesNotMatch(await s.tell({ ...START!, ...other }), /Read them again/);
    await s.client.undo({ branch });
    assert.match(await s.tell({ ...AFTER!, ...other }), /added, file, gone/);
    // One that is gone on with has, also where it got another id.
    await s.client.redo({ branch });
    for (const [source, id] of [["resume", "another"], ["fork", "a copy"]]) {
      const told = await s.tell({ ...START!, source, session_id: id });
      assert.match(told, /kept by agentvfs[^]*added, file, gone/);
    }
    assert.doesNotMatch(await s.tell({ ...START!, source: "clear" }), /Read them again/);
  },

  async "a hook is about the branch of its own path, from every shell, wherever in it"(s) {
    const deep = s.path("a dir/deep");
    for (const sh of await present(SHELLS)) {
      assert.match(await tell(deep, START!, sh), new RegExp(`branch ${s.branch}, `), sh.join(" "));
      await Deno.writeTextFile(`${deep}/made`, sh.join(" "));
      await tell(deep, AFTER!, sh);
      const [made] = await s.entries();
      assert.equal(made!.details!.command, "npm test");
      // Outside of every mount the line does nothing, and does not fail.
      assert.equal(await tell("/", START!, sh), "");
    }
    assert.equal((await s.client.log({})).entries.length, 1);
  },

  async "codex and gemini are answered as claude is"(s) {
    for (const agent of ["codex", "gemini"] as const) {
      const hooks = RECORDED[agent] as Hook[];
      assert.match(await s.tell(hooks[0]!), /kept by agentvfs/);
      await s.tell(hooks[2]!);
      await s.write("file", agent);
      await s.tell(hooks[3]!);
    }
    const told = (await s.entries()).map(({ agent, details }) => [agent, details!.command]);
    assert.deepEqual(told, [["gemini", "/p/cart.js"], ["codex", "cart.js new.js"]]);
  },

  async "vscode is answered as claude is, and cursor in its own way, from its own directory"(s) {
    const hooks = RECORDED.vscode as Hook[];
    for (const [at, text] of [[0], [2], [3, "vscode"]] as const) {
      if (text !== undefined) await s.write("file", text);
      const { stdout } = await run(["sh", "-c", HOOK_LINE], {
        cwd: s.root,
        stdin: JSON.stringify(hooks[at]),
      });
      if (at === 0) assert.match(stdout, /hookSpecificOutput.*kept by agentvfs/);
    }
    const [{ command }] = cursorHooks().sessionStart as [{ command: string }];
    const cursor = async (at: number, cwd: string, env: Record<string, string> = {}) => {
      const stdin = JSON.stringify(RECORDED.cursor[at]);
      const { code, stdout, stderr } = await run(["sh", "-c", command], { cwd, env, stdin });
      assert.deepEqual([code, stderr], [0, ""]);
      return stdout;
    };
    const there = { CURSOR_PROJECT_DIR: s.root };
    assert.match(await cursor(0, "/", there), /^{"additional_context":"[^"]*kept by agentvfs/);
    await s.write("file", "cursor");
    await cursor(3, s.root);
    assert.equal(await cursor(0, "/"), "");
    assert.equal(await cursor(0, "/", { CURSOR_PROJECT_DIR: "/nowhere" }), "");
    const told = (await s.entries()).map(({ agent, details }) => [agent, details!.command]);
    assert.deepEqual(told, [["cursor", "/p/cart.js"], ["vscode", "src/main.ts"]]);
  },

  async "opencode's plug-in passes on what is told, and has branches as workspaces"(s) {
    const plugin = await import(`data:text/javascript,${encodeURIComponent(OPENCODE_PLUGIN)}`);
    // deno-lint-ignore no-explicit-any
    const adapters: Record<string, any> = {};
    const experimental_workspace = {
      register: (name: string, adapter: unknown) => adapters[name] = adapter,
    };
    const hooks = await plugin.Agentvfs({ directory: s.root, experimental_workspace });
    const input = { tool: "write", sessionID: "o1", callID: "c1", args: { filePath: "file" } };
    await hooks["tool.execute.before"](input, input);
    await s.write("file", "opencode");
    const output = { output: "written" };
    await hooks["tool.execute.after"](input, output);
    assert.equal(output.output, "written");
    assert.equal((await s.entries())[0]!.details!.command, "file");
    await s.client.rollback({ branch: s.branch, ref: "initial" });
    await hooks["tool.execute.after"](input, output);
    assert.match(output.output, /^written\n\nagentvfs: these files .*: file\. Read them again/);

    const { agentvfs } = adapters;
    const info = agentvfs.configure({ id: "wrk 1", name: `${s.branch} of opencode`, branch: null });
    await agentvfs.create(info);
    const { type, directory } = agentvfs.target(info);
    assert.equal(type, "local");
    assert.equal(await Deno.readTextFile(`${directory}/file`), "one\n");
    await assert.rejects(agentvfs.create(info), /already/);
    await agentvfs.remove(info);
    await assert.rejects(agentvfs.remove(info), /Not allowed/);
    // Nothing of it is in the way elsewhere.
    const elsewhere = await plugin.Agentvfs({ directory: "/", experimental_workspace: undefined });
    await elsewhere["tool.execute.after"](input, output);
    assert.equal(Object.keys(adapters).length, 1);
  },

  async "events longer than a pipe, in pieces, and what is no event: nothing fails, nothing is lost"(
    s,
  ) {
    await s.write("file", "two");
    const tool_response = { originalFile: "}\n".repeat(300_000) };
    await s.tell({ ...AFTER!, tool_response });
    assert.equal((await s.entries())[0]!.details!.call, "toolu_1");
    for (const rubbish of ["", "}", "null", "[]", '"}"', "{}", '{"hook_event_name":"X"}', "\0}"]) {
      const { code, stdout, stderr } = await run(["sh", "-c", HOOK_LINE], {
        cwd: s.root,
        stdin: rubbish,
      });
      assert.deepEqual([code, stdout, stderr], [0, "", ""], rubbish);
    }
    // As two processes, and without anybody who reads.
    const two = await run(["sh", "-c", "cat >.agentvfs/hook; cat .agentvfs/hook"], {
      cwd: s.root,
      stdin: JSON.stringify(START),
    });
    assert.match(two.stdout, /additionalContext/);
    assert.equal((await s.entries()).length, 1);
  },
};

const FILES = "mkdir -p sub/deep 'a dir/deep'; echo one >file; echo one >gone; echo one >same";

Deno.test("what agents tell of themselves is recorded, and they are told what they should know", async (t) => {
  await withProject(FILES, async (m) => {
    using client = await m.connect();
    for (const [i, [name, body]] of Object.entries(SCENES).entries()) {
      const branch = `scene${i}`;
      const { path } = await client.createBranch({ name: branch });
      await t.step(name, () => body(new HookScene(client, branch, path)));
    }
    const { stdout } = await m.run(["-C", m.project, "log", "--branch", "scene0"]);
    assert.match(stdout, /Bash: npm test .*by claude/);
    await m.ctl("verify");
  }, PATIENT);
});

async function entries(m: Mounted, ...options: string[]): Promise<LogEntry[]> {
  return (await m.ctl("log", ...options)).entries.filter(({ kind }: LogEntry) => kind !== "import");
}

Deno.test("an agent does not wait for a daemon that is busy, and what it did is recorded all the same", async () => {
  await withProject("echo one >file", async (m) => {
    for (let i = 0; i < 10; i++) {
      await Deno.writeTextFile(m.path("file"), `${i}`);
      await tell(m.mount, AFTER!);
    }
    // Those that were late come before this one.
    await m.ctl("checkpoint", "last");
    const [last, ...calls] = await entries(m);
    assert.deepEqual(last!.changed, { added: 0, modified: 0, deleted: 0 });
    assert.ok(calls.length > 0);
    await shell('[ "$(cat file)" = 9 ]', { cwd: m.mount });
  }, { env: { AGENTVFS_HOOK_MS: "0.001" } });
});

Deno.test("a hook never fails: not when the server dies, nor when there is no daemon any more", async () => {
  await withProject("echo one >file", async (m) => {
    const { serverPid } = await m.status();
    Deno.kill(serverPid, "SIGKILL");
    await Deno.writeTextFile(m.path("file"), "two");
    await tell(m.mount, AFTER!);
    await until("the call is recorded", async () => (await entries(m)).length === 1);
    // As from a directory that is gone: a program cannot be started in one.
    const hook = async () => {
      const line = `PWD='${m.mount}'; ${HOOK_LINE}`;
      const { code, stdout } = await run(["sh", "-c", line], { stdin: JSON.stringify(AFTER) });
      assert.deepEqual([code, stdout], [0, ""]);
    };
    const last = await m.status();
    for (const pid of [last.keeperPid, last.serverPid]) Deno.kill(pid, "SIGKILL");
    await hook();
    await m.start();
    assert.match(await tell(m.mount, START!), /branch main/);
    await m.stop();
    await hook();
  }, { ...PATIENT, allowedLog: [/SIGKILL|keeper is gone/] });
});

/** Shorter than it takes until a server that was replaced is given up, and long for a busy machine. */
const AT_ONCE = { deadlineMs: 45_000 };

Deno.test("commands work where the socket is out of reach, at once", async () => {
  await withProject("echo one >file", async (m) => {
    const inside = async (forbidden: string, cwd: string, ...args: string[]) => {
      const program = [PYTHON, NO_SOCKETS, forbidden, ...PROGRAM, ...args];
      const env = { AGENTVFS_STATE_DIR: m.state, AGENTVFS_SOCK: "", NO_COLOR: "1" };
      return await run(program, { cwd, env, ...AT_ONCE });
    };
    await m.ctl("branch", "create", "b");
    for (const forbidden of ["connect", "socket"]) {
      await Deno.writeTextFile(m.path("file"), forbidden);
      const made = await inside(forbidden, m.mount, "checkpoint", "in a", forbidden);
      assert.deepEqual([made.code, made.stderr], [0, ""]);
      assert.equal((await entries(m))[0]!.label, `in a ${forbidden}`);
      const status = await inside(forbidden, m.path(".agentvfs/branches/b"), "status", "--json");
      assert.equal(JSON.parse(status.stdout).branch, "b");
      const refused = await inside(forbidden, m.mount, "rollback", "nowhere");
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /nowhere/);
      const raw = await inside(forbidden, m.mount, "raw", "status");
      assert.equal(JSON.parse(raw.stdout).ok, true);
    }
    // Where there is no other way, the reason is told.
    await Deno.chmod(m.socket, 0o000);
    const alone = await inside("connect", m.state, "status", "--sock", m.socket);
    assert.equal(alone.code, 3);
    assert.match(alone.stderr, /may not connect .* sandbox/);
    assert.match(alone.stderr, /hint: .*\.agentvfs\/ctl/);
  });
});

Deno.test("commands work in a confined run", async () => {
  await withProject("mkdir sub; echo one >file", async (m) => {
    const agentvfs = PROGRAM.map((word) => `'${word}'`).join(" ");
    const script = `cd sub; ${agentvfs} checkpoint inside; cd /; ${agentvfs} log`;
    const options = ["run", "--branch", "b", "--confine", "--share-tmp", "--allow", runtimeCache()];
    const { code, stdout, stderr } = await m.run(
      ["-C", m.project, ...options, "--", "sh", "-c", script],
      { cwd: m.project },
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\* .* "inside"/);
    assert.equal((await entries(m, "--branch", "b"))[0]!.label, "inside");
  });
});

/** Where the runtime keeps what it has compiled of the program under test. */
function runtimeCache(): string {
  return Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache`;
}

Deno.test("who stands in a branch's directory means that branch", async () => {
  await withProject("mkdir sub; echo one >file; echo one >sub/file", async (m) => {
    await m.ctl("branch", "create", "a/b");
    const root = m.path(".agentvfs/branches/a/b");
    const cwd = `${root}/sub`;
    // deno-lint-ignore no-explicit-any
    const there = async (...args: string[]): Promise<any> => {
      const { code, stdout, stderr } = await m.run(["--json", ...args], { cwd });
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout);
    };
    const status = await m.run(["status"], { cwd });
    assert.match(status.stdout, /showing +branch a\/b at "initial"/);
    await Deno.writeTextFile(`${cwd}/file`, "two");
    assert.deepEqual((await there("diff", "--", "file")).changes[0].path, "sub/file");
    assert.equal((await there("checkpoint", "here")).branch, "a/b");
    assert.equal((await there("log")).branch, "a/b");
    assert.equal((await there("show", "here")).commit.label, "here");
    assert.equal((await there("restore", "file", "--from", "initial")).branch, "a/b");
    assert.equal(await Deno.readTextFile(`${cwd}/file`), "one\n");
    assert.equal((await there("undo")).branch, "a/b");
    assert.equal(await Deno.readTextFile(`${cwd}/file`), "two");
    assert.equal((await there("rollback", "initial")).branch, "a/b");
    assert.equal(await there("redo", "--branch", "a/b").catch(() => null), null);
    await there("undo");
    assert.equal((await there("branch", "create", "c")).parent, "a/b");
    assert.equal((await there("merge", "c")).into, "a/b");
    // Another one can be named, and the mount's own tree stays main's.
    assert.equal((await there("log", "--branch", "main")).branch, "main");
    assert.equal((await m.ctl("log")).branch, "main");
    assert.equal(JSON.parse((await m.run(["-C", root, "log", "--json"])).stdout).branch, "a/b");
    const { stdout } = await m.run(["run", "--", "sh", "-c", "pwd; cat file"], { cwd });
    assert.equal(stdout, `${m.project}/sub\ntwo`);
  });
});

Deno.test("a run has the branches that are made from its own, and no others", async () => {
  await withProject("echo one >file", async (m) => {
    await m.ctl("branch", "create", "other");
    const agentvfs = PROGRAM.map((word) => `'${word}'`).join(" ");
    const inside = async (script: string) => {
      const command = ["-C", m.project, "run", "--branch", "own", "--", "sh", "-euc"];
      const text = `agentvfs() { ${agentvfs} "$@"; }\ncd "$0"\n${script}`;
      const outcome = await m.run([...command, text, m.project], { cwd: m.project });
      assert.equal(outcome.code, 0, outcome.stderr);
      return outcome.stdout;
    };
    assert.equal(await inside("ls -A .agentvfs/branches"), "");
    const made = await inside(`
      agentvfs branch create kid/one >path; cat path
      cd .agentvfs/branches/kid/one
      echo new >new
      echo checkpoint by kid >.agentvfs/ctl
      cd - >/dev/null
      ls .agentvfs/branches .agentvfs/branches/kid
      agentvfs branch list | cut -d' ' -f1
      agentvfs merge kid/one >/dev/null
      cat new
      agentvfs branch create --from HEAD~1 kid/two >/dev/null
      ! ls .agentvfs/branches/kid/two/new 2>&1
      ! ls .agentvfs/branches/other .agentvfs/branches/main 2>/dev/null
    `);
    assert.deepEqual(made.trim().split("\n"), [
      m.path(".agentvfs/branches/kid/one"),
      ...[".agentvfs/branches:", "kid", "", ".agentvfs/branches/kid:", "one"],
      ...["own", "kid/one"],
      "new",
      "ls: cannot access '.agentvfs/branches/kid/two/new': No such file or directory",
    ]);
    const { branches } = await m.ctl("branch", "list");
    const parents = branches.map(({ name, parent }: Record<string, string>) => [name, parent]);
    assert.deepEqual(parents.slice(-2), [["kid/one", "own"], ["kid/two", "own"]]);
    // As an agent's worktree is removed: by a process that stands in it.
    const removed = await inside(`
      cd .agentvfs/branches/kid/one
      echo last >last
      agentvfs branch delete kid/one
    `);
    await inside("! ls .agentvfs/branches/kid/one 2>/dev/null");
    await m.ctl("branch", "create", "back", "--from", removed.trim());
    assert.equal(await Deno.readTextFile(m.path(".agentvfs/branches/back/last")), "last\n");
    // Somebody else who stands there is in the way as ever.
    const two = m.path(".agentvfs/branches/kid/two");
    await withConversation(["-c", "input()"], { cwd: two }, async () => {
      assert.equal((await m.refused("branch", "delete", "kid/two")).code, "branch_in_use");
    });
    await shell('echo \'branch.delete {"name":"kid/two"}\' >.agentvfs/ctl', { cwd: m.mount });
    assert.equal((await m.refused("branch", "show", "kid/two")).code, "unknown_branch");
  });
});

const hasBubblewrap = await isInstalled("bwrap") &&
  (await run(["bwrap", "--dev-bind", "/", "/", "true"])).code === 0;
if (!hasBubblewrap) console.log("Checkpoints in a sandbox are not tried: bwrap does not work here");

Deno.test({
  name: "a checkpoint has none of the mountpoints that a sandbox makes",
  ignore: !hasBubblewrap,
  fn: async () => {
    await withProject("echo one >file; mkdir mine", async (m) => {
      await m.ctl("branch", "create", "b");
      for (const branch of ["main", "b"]) {
        const cwd = branch === "main" ? m.mount : m.path(".agentvfs/branches/b");
        const over = ["--tmpfs", `${cwd}/.codex`, "--tmpfs", `${cwd}/mine`];
        const files = [".mcp.json", ".claude/settings.json", ".claude/skills/x"];
        const nothing = files.flatMap((path) => ["--ro-bind", "/dev/null", `${cwd}/${path}`]);
        const script = `
          mkdir kept; : >empty; echo two >file
          echo checkpoint inside >.agentvfs/ctl
          echo diff >.agentvfs/ctl; cat .agentvfs/ctl
        `;
        const said = await succeed(
          ["bwrap", "--dev-bind", "/", "/", ...over, ...nothing, "sh", "-euc", script],
          {
            cwd,
          },
        );
        assert.deepEqual(JSON.parse(said).changes, []);
        const listed = async () => {
          const { changes } = await m.ctl("show", "HEAD", "--branch", branch);
          return changes.map(({ status, path }: Record<string, string>) => `${status} ${path}`);
        };
        assert.deepEqual(await listed(), ["A empty", "M file", "A kept"], branch);
        // What nothing is mounted on any more is a file as any other.
        await m.ctl("checkpoint", "after", "--branch", branch);
        const left = [".claude", ".claude/settings.json", ".claude/skills", ".claude/skills/x"];
        const all = [...left, ".codex", ".mcp.json"].map((path) => `A ${path}`);
        assert.deepEqual(await listed(), all);
        await m.ctl("rollback", "inside", "--branch", branch);
        await assert.rejects(Deno.lstat(`${cwd}/.claude`), Deno.errors.NotFound);
        assert.ok((await Deno.stat(`${cwd}/mine`)).isDirectory);
      }
      await m.ctl("verify");
    });
  },
});

/** Those that this machine has. */
async function present(shells: readonly string[][]): Promise<string[][]> {
  const found = await Promise.all(shells.map(([program]) => isInstalled(program!)));
  const missing = shells.filter((_, i) => !found[i]).map(([program]) => program);
  if (missing.length > 0) {
    console.log(`The hook's line is not tried with ${missing}: not installed`);
  }
  return shells.filter((_, i) => found[i]);
}
