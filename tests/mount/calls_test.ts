/**
 * Tool calls as things that can be named, looked at and taken out; prompts as points to go back to.
 */

import assert from "node:assert/strict";
import type { ControlClient } from "../../src/control/client.ts";
import { ServiceError } from "../../src/control/service_error.ts";
import { type Hook, HookScene, PATIENT } from "../support/agent_hooks.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shellWord } from "../../src/host/shell_word.ts";
import { run, shell, until } from "../support/process.ts";

/** A session of Claude's, hook by hook. */
class Agent {
  #prompt = "";

  constructor(readonly scene: HookScene, readonly session: string) {}

  tell(hook_event_name: string, more: Hook = {}): Promise<string> {
    const transcript_path = `/nowhere/${this.session}.jsonl`;
    const common = { session_id: this.session, transcript_path, cwd: this.scene.root };
    const prompt = this.#prompt === "" ? {} : { prompt_id: this.#prompt };
    return this.scene.tell({ ...common, ...prompt, hook_event_name, ...more });
  }

  async hear(id: string, prompt: string): Promise<string> {
    this.#prompt = id;
    return await this.tell("UserPromptSubmit", { prompt });
  }

  begin(id: string, command: string, more: Hook = {}): Promise<string> {
    return this.tell("PreToolUse", { ...bash(id, command), ...more });
  }

  end(id: string, command: string, more: Hook = {}): Promise<string> {
    const tool_response = { stdout: "", stderr: "", interrupted: false };
    return this.tell("PostToolUse", { ...bash(id, command), tool_response, ...more });
  }

  /** A whole call. */
  async call(id: string, command: string, more: Hook = {}): Promise<void> {
    await this.begin(id, command, more);
    await shell(command, { cwd: this.scene.root });
    await this.end(id, command, more);
  }
}

function bash(id: string, command: string): Hook {
  return { tool_name: "Bash", tool_input: { command }, tool_use_id: id };
}

async function refusal(work: Promise<unknown>): Promise<ServiceError> {
  const error = await work.then(() => null, (error) => error);
  assert.ok(error instanceof ServiceError, `not refused: ${error}`);
  return error;
}

/** Names with their content, of the root. */
async function files(scene: HookScene): Promise<string> {
  return await shell("grep -r '' --include='*' . --exclude-dir=.agentvfs | sort", {
    cwd: scene.root,
  });
}

const PROJECT = "echo a >a; echo b >b; seq 1 20 >lines";

type Body = (s: HookScene, client: ControlClient, m: Mounted) => Promise<void>;

const SCENES: Record<string, Body> = {
  async "a call is shown and taken out by its id, whatever came after"(s, client, m) {
    const { branch } = s;
    const agent = new Agent(s, "s1");
    await agent.tell("SessionStart", { source: "startup" });
    await agent.hear("p1", "edit it");
    await agent.call("toolu_one", "sed -i 's/^3$/three/' lines; rm a");
    await agent.call("toolu_two", "sed -i 's/^17$/many/' lines; echo n >new");
    const { commit, changes } = await client.show({ branch, ref: "toolu_one" });
    assert.equal(commit.details!.call, "toolu_one");
    assert.equal(commit.details!.said, "edit it");
    assert.deepEqual(changes.map(({ status, path }) => status + path), ["Da", "Mlines"]);
    // Events come a moment later.
    const events = await until("the call's events are in the log", async () => {
      const { events } = await client.show({ branch, ref: "toolu_one" });
      const { stdout } = await m.run(["audit", "--of", "toolu_one", "--json"], { cwd: m.project });
      const lines = stdout.split("\n").filter((line) => line !== "");
      return lines.some((line) => line.includes('"unlink"')) && events?.count === lines.length &&
        lines;
    });
    assert.ok(events.every((line) => line.includes('"call":"toolu_one"')), events.join("\n"));
    const diff = await client.diff({ branch, from: "toolu_on", to: "toolu_two" });
    assert.deepEqual(diff.changes.map(({ path }) => path), ["lines", "new"]);
    const { undone, changed } = await client.undo({ branch, ref: "toolu_one" });
    assert.deepEqual(changed, { added: 1, modified: 1, deleted: 0 });
    assert.deepEqual([undone!.kind, undone!.conflicts], ["checkpoint", []]);
    assert.equal(
      await shell("cat a; sed -n '3p;17p' lines; ls new", { cwd: s.root }),
      "a\n3\nmany\nnew\n",
    );
    assert.equal((await refusal(client.show({ branch, ref: "toolu_" }))).code, "ambiguous_ref");
    await client.restore({ branch, paths: ["lines"], from: "toolu_two" });
    assert.equal(await shell("sed -n '3p;17p' lines", { cwd: s.root }), "three\nmany\n");
  },

  async "all calls of a prompt are one undo, and what others did meanwhile stays"(s, client) {
    const { branch } = s;
    const agent = new Agent(s, "s2");
    await agent.hear("p1", "first");
    await agent.call("c1", "echo one >mine");
    await agent.hear("p2", "second");
    const before = await files(s);
    await agent.call("c2", "echo two >mine; sed -i 's/^3$/three/' lines");
    await s.write("theirs", "a person\n");
    await agent.call("c3", "echo three >mine; rm b");
    await agent.tell("Stop");
    await agent.hear("p3", "third");
    await agent.call("c4", "echo four >other");
    const shown = await client.undo({ branch, ref: "prompt:p2", dryRun: true });
    assert.deepEqual(shown.changes!.map(({ status, path }) => status + path), [
      "Ab",
      "Mlines",
      "Mmine",
    ]);
    const { undone } = await client.undo({ branch, ref: "prompt:p2" });
    assert.deepEqual([undone!.name, undone!.kind], ["prompt p2", "prompt"]);
    assert.equal(await files(s), before + "./other:four\n./theirs:a person\n");
    assert.equal((await s.entries())[0]!.message, "undo of prompt p2 (prompt)");
    // All of it or nothing.
    await client.undo({ branch });
    await s.write("mine", "changed since\n");
    const held = await files(s);
    const refused = await refusal(client.undo({ branch, ref: "prompt:p2" }));
    assert.equal(refused.code, "undo_conflicts");
    assert.equal(await files(s), held);
    // The last prompt's, as an agent asks for it in its sandbox.
    const said = await shell("echo undo prompt: >.agentvfs/ctl && cat .agentvfs/ctl", {
      cwd: s.root,
    });
    assert.equal(JSON.parse(said).undone.name, "prompt p3", said);
    assert.equal(await files(s), held.replace("./other:four\n", ""));
  },

  async "a rollback goes to the state before a prompt, whatever the prompt did first"(s, client) {
    const { branch } = s;
    const agent = new Agent(s, "s3");
    await s.write("a", "by hand\n");
    await agent.hear("p1", "first");
    const first = await files(s);
    await agent.call("c1", "echo one >mine");
    await agent.hear("p2", "second");
    const second = await files(s);
    await client.rollback({ branch, ref: "initial" });
    await agent.call("c2", "echo two >mine");
    await client.rollback({ branch, ref: "prompt:" });
    assert.equal(await files(s), second);
    await client.rollback({ branch, ref: "prompt:p1" });
    assert.equal(await files(s), first);
    const unknown = await refusal(client.rollback({ branch, ref: "prompt:p9" }));
    assert.equal(unknown.code, "unknown_ref");
    assert.match(unknown.message, /"p9" on .*: there are, the last first: p2, p1$/);
  },

  async "calls at the same time are told apart by the processes that change files, and by the files they name"(
    s,
    client,
  ) {
    const { branch } = s;
    const agent = new Agent(s, "s6");
    await agent.hear("p-par", "both");
    const one = `mkdir new; echo 'one' >"new/one"; sed -i 's/^3$/three/' lines; (sleep 0; rm b)`;
    const two = 'echo two >new/two; python3 -c \'import os; os.rename("a", "moved")\'';
    const file_path = `${s.root}/edited`;
    const edit = { tool_name: "Edit", tool_input: { file_path }, tool_use_id: "toolu_par3" };
    await agent.begin("toolu_par1", one);
    await s.write("early", "before the others began\n");
    await agent.begin("toolu_par2", two);
    await agent.tell("PreToolUse", edit);
    // As agents run them: quoted, by a shell of their own.
    const sh = (command: string) =>
      run(["sh", "-c", `true && eval ${shellWord(command)} </dev/null`], { cwd: s.root });
    assert.equal((await sh(one)).code, 0);
    assert.equal((await sh(two)).code, 0);
    await s.write("edited", "by the tool\n");
    // What a sandbox is about to mount on is no call's.
    await s.write(".mcp.json", "");
    await Deno.mkdir(s.path(".codex"));
    await agent.end("toolu_par2", two);
    await agent.tell("PostToolUse", { ...edit, tool_response: {} });
    await s.write("late", "nobody's, at the end\n");
    await agent.end("toolu_par1", one);
    await Deno.remove(s.path(".mcp.json"));
    await Deno.remove(s.path(".codex"));
    const did = async (ref: string) => {
      const { commit, changes } = await client.show({ branch, ref });
      const paths = changes.filter(({ kind }) => kind !== "directory");
      return [commit.details!.by, paths.map(({ status, path }) => status + path).join(" ")];
    };
    assert.deepEqual(await did("toolu_par2"), ["processes", "Da Amoved Anew/two"]);
    assert.deepEqual(await did("toolu_par3"), ["processes", "Aedited"]);
    const [last, , third, early] = await s.entries();
    assert.deepEqual(third!.changed, { added: 3, modified: 0, deleted: 1 });
    assert.deepEqual(last!.changed, { added: 2, modified: 1, deleted: 1 });
    assert.equal(last!.details!.by, "time");
    assert.deepEqual([early!.details!.call, early!.changed!.added], ["toolu_par1", 1]);
    // The middle one alone, and then all that the first did.
    await client.undo({ branch, ref: "toolu_par2" });
    const names = async () => await shell("find . -type f | sort | tr '\n' ' '", { cwd: s.root });
    assert.equal(await names(), "./a ./early ./edited ./late ./lines ./new/one ");
    await client.undo({ branch, ref: "toolu_par1" });
    assert.equal(await names(), "./a ./b ./edited ./lines ");
    assert.equal(await shell("sed -n 3p lines", { cwd: s.root }), "3\n");
  },

  async "the log is a tree of sessions, prompts and calls, also of those that changed nothing"(
    s,
    client,
    m,
  ) {
    const { branch } = s;
    const agent = new Agent(s, "s4");
    await agent.tell("SessionStart", { source: "startup" });
    await s.write("a", "by hand\n");
    await agent.hear("p1", "fix\nthe cart");
    await agent.call("toolu_0001_ls", "ls");
    await agent.call("toolu_0002_edit", "echo one >mine", { duration_ms: 7 });
    await agent.begin("toolu_0003_refused", "rm -rf .");
    await agent.begin("toolu_0004_fails", "echo half >half; false");
    await s.write("half", "half\n");
    const failure = { error: "Exit code 1", duration_ms: 9 };
    await agent.tell("PostToolUseFailure", { ...bash("toolu_0004_fails", "false"), ...failure });
    const task = {
      tool_name: "Agent",
      tool_input: { description: "look" },
      tool_use_id: "toolu_0005",
    };
    await agent.tell("PreToolUse", task);
    await agent.call("toolu_0006_sub", "echo sub >sub", { agent_id: "ag1", duration_ms: 8 });
    await agent.tell("SubagentStop", { agent_id: "ag1" });
    await agent.tell("PostToolUse", {
      ...task,
      tool_response: { agentId: "ag1" },
      duration_ms: 70,
    });
    await agent.tell("Stop");
    await client.rollback({ branch, ref: "toolu_0002_edit" });
    await agent.hear("p2", "again");
    await agent.begin("toolu_0007_a", "a");
    await agent.begin("toolu_0008_b", "b");
    await s.write("b", "parallel\n");
    await agent.end("toolu_0007_a", "a", { duration_ms: 5 });
    await agent.end("toolu_0008_b", "b", { duration_ms: 6 });
    await new Agent(s, "s5").call("toolu_0009_other", "echo other >other", { duration_ms: 1 });
    const tree = async (...options: string[]) => {
      const args = ["-C", m.project, "log", "--tree", "--branch", branch, ...options];
      const { code, stdout, stderr } = await m.run(args);
      assert.equal(code, 0, stderr);
      return stdout.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "DATE").replaceAll(
        /\d\d:\d\d:\d\d/g,
        "TIME",
      ).replaceAll(/#\d+/g, "#N");
    };
    const first = [
      "session s4 by claude · DATE",
      '├─ prompt p1 "fix the cart" · TIME',
      "│  ├─ #N before the prompt · 1 modified · TIME",
      "│  ├─ Bash: ls · toolu_0001_l · changed nothing",
      "│  ├─ #N Bash: echo one >mine · toolu_0002_e · 1 added · 7 ms",
      "│  ├─ #N Bash: false · toolu_0004_f · 1 added · failed (exit 1) · alongside toolu_0003_r · 9 ms",
      "│  ├─ Agent: look · toolu_0005 · changed nothing · 70 ms",
      "│  │  └─ #N Bash: echo sub >sub · toolu_0006_s · 1 added · alongside toolu_0003_r · 8 ms",
      "│  ├─ Bash: rm -rf . · toolu_0003_r · refused or interrupted · alongside toolu_0004_f toolu_0006_s",
      "│  └─ #N rollback to #N · TIME",
      '└─ prompt p2 "again" · TIME',
      "   ├─ #N Bash: a · toolu_0007_a · 1 modified · alongside toolu_0008_b · 5 ms",
      "   └─ Bash: b · toolu_0008_b · nothing left to record · alongside toolu_0007_a · 6 ms",
    ];
    const lines = (await tree()).replaceAll(
      /changed nothing · [0-9.]+ ms/g,
      (told) => told.endsWith(" 70 ms") ? told : "changed nothing",
    ).trimEnd().split("\n");
    assert.deepEqual(lines.slice(1), [
      ...first,
      "session s5 by claude · DATE",
      "└─ no prompt",
      "   └─ #N Bash: echo other >other · toolu_0009_o · 1 added · 1 ms",
    ]);
    assert.match(lines[0]!, /^#N import "initial"/);
    const own = await tree("--session", "s5");
    assert.deepEqual(own.trimEnd().split("\n"), lines.slice(-3));
    const unknown = await m.run(["-C", m.project, "log", "--branch", branch, "--session", "x"]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /no session x on scene4\nhint: There are, the last first: s5, s4/);
    const entries = await client.log({ branch, session: "s4", limit: 1, work: true });
    assert.deepEqual(entries.entries.map(({ details }) => details!.call), ["toolu_0007_a"]);
    assert.deepEqual(entries.work!.map(({ details }) => details.call), [
      "toolu_0008_b",
      "toolu_0007_a",
    ]);
    assert.deepEqual(entries.moves, []);
    // What changed nothing is known, and that it has no checkpoint.
    const nothing = await refusal(client.show({ branch, ref: "toolu_0001" }));
    assert.equal(nothing.code, "nothing_changed");
    assert.match(nothing.message, /call toolu_0001_ls \(Bash: ls\): it changed nothing/);
    assert.equal((await refusal(client.undo({ branch, ref: "toolu_0001_ls" }))).code, nothing.code);
    await agent.hear("p-idle", "nothing");
    assert.equal((await refusal(client.undo({ branch, ref: "prompt:" }))).code, nothing.code);
  },
};

Deno.test("calls and prompts can be named, and taken out", async (t) => {
  await withProject(PROJECT, async (m) => {
    using client = await m.connect();
    for (const [i, [name, body]] of Object.entries(SCENES).entries()) {
      const branch = `scene${i}`;
      const { path } = await client.createBranch({ name: branch });
      await t.step(name, () => body(new HookScene(client, branch, path), client, m));
    }
    await m.ctl("verify");
  }, PATIENT);
});

Deno.test("what an agent was not told yet it is told by the next server", async () => {
  await withProject(PROJECT, async (m) => {
    using client = await m.connect();
    const agent = new Agent(new HookScene(client, "main", m.mount), "s1");
    await agent.tell("SessionStart", { source: "startup" });
    await agent.hear("p1", "edit it");
    await agent.call("toolu_1", "echo two >a; rm b");
    await client.rollback({ ref: "initial" });
    const { serverPid } = await m.status();
    Deno.kill(serverPid, "SIGKILL");
    // Nobody listens at the end of a turn, and nothing is known to be told before.
    await agent.tell("Stop");
    assert.match(await agent.hear("p2", "go on"), /changed, brought back or removed them: a, b\./);
    await m.stop();
    await m.start();
    assert.equal(await agent.begin("toolu_2", "ls"), "");
    await agent.end("toolu_2", "ls");
    const log = await m.ctl("log", "--tree");
    const told = log.work.map(({ details }: { details: Hook }) => details.call ?? details.prompt);
    assert.deepEqual(told, ["toolu_2", "p2", "toolu_1", "p1"]);
    assert.equal(log.work[0].details.said, "go on");
  }, { ...PATIENT, allowedLog: [/SIGKILL/] });
});
