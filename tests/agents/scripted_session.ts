/**
 * A piece of work that an agent does by a script, and what has to be true of it in every setting: the log is exactly what was done, any
 * of it can be taken out, all since a prompt can be taken back, and the agent is told.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { BranchReport } from "../../src/control/service/branches.ts";
import type { LogEntry } from "../../src/control/service/history.ts";
import { isInstalled } from "../support/process.ts";
import { type Bed, testAgentAs, type Worked } from "./bed.ts";
import {
  branchOf,
  directoryOf,
  integrate,
  inWords,
  type Setting,
  treeOf,
  work,
} from "./setting.ts";
import { isLeftBySandbox, WORDS } from "./words.ts";

const BEGINNING = "echo b >b; echo c >c; mkdir old; echo x >old/x";
const SHELL = "mkdir d && echo s >d/s";
const PYTHON = 'python3 -c \'import os; open("py", "w").write("1"); ' +
  'open("b", "w").write("new"); os.remove("c")\'';
/** They take so long that both are under way at once, if the agent lets them. */
const PARALLEL = ["echo 1 >p1; sleep 0.3", "echo 2 >p2; sleep 0.3"];

/** A test of it in each of these settings. */
export async function testSettings(settings: readonly Setting[]): Promise<void> {
  const sandbox = await isInstalled("bwrap") && await isInstalled("socat");
  for (const setting of settings) {
    const { who, agent } = setting;
    const needs = agent === "claude" && setting.sandbox && !sandbox
      ? "needs bwrap and socat"
      : null;
    testAgentAs(who, agent, inWords(setting), (bed) => scriptedSession(bed, setting), needs);
  }
}

async function scriptedSession(bed: Bed, setting: Setting): Promise<void> {
  await integrate(bed, setting);
  await bed.ok(["sh", "-c", BEGINNING], bed.mount);
  await bed.agentvfs("checkpoint", "begun", "--project", bed.mount);
  const words = WORDS[setting.agent];
  const person = new Person(bed, setting);

  await work(bed, setting, {
    prompt: "fix the cart",
    resume: false,
    script: [
      ...words.subagent("echo part >part"),
      ...words.edit(directoryOf(bed, setting), "a", "good", "better"),
      words.shell(SHELL),
      words.shell(PYTHON),
      words.shell("rm -r old"),
      ...words.delegate,
      words.shell(...PARALLEL),
      { text: "All done." },
    ],
  });
  const done = await person.done();
  assert.deepEqual(done.slice(0, 4).map(({ what, changes }) => [what, changes]), [
    [words.edited(directoryOf(bed, setting), "a"), ["M a"]],
    [`Bash: ${SHELL}`, ["A d", "A d/s"]],
    [`Bash: ${PYTHON}`, ["M b", "D c", "A py"]],
    ["Bash: rm -r old", ["D old", "D old/x"]],
  ]);
  assertParallel(done.slice(4));
  assert.deepEqual(
    await person.timeline(),
    [
      'prompt "fix the cart"',
      words.edited(directoryOf(bed, setting), "a"),
      `Bash: ${SHELL}`,
      `Bash: ${PYTHON}`,
      "Bash: rm -r old",
      ...words.delegated,
      ...PARALLEL.map((command) => `Bash: ${command}`),
    ].map(beginning),
  );
  await person.assertIsolated("part");

  const whole = await person.tree();
  await person.agentvfs("undo", done[2]!.entry.details!.call!);
  assert.deepEqual(await person.tree(), { ...without(whole, "py"), b: "b", c: "c" });
  const fixed = await person.tree();

  const prompt = "and the total";
  const second = await work(bed, setting, {
    prompt,
    resume: true,
    script: [words.shell("cat b; echo later >later; rm a"), { text: "Done." }],
  });
  assert.deepEqual(toldFiles(second), ["b", "c", "py"]);
  assert.deepEqual(await person.tree(), { ...without(fixed, "a"), later: "later" });
  await person.toLastPrompt();
  assert.deepEqual(await person.tree(), fixed);

  const third = await work(bed, setting, {
    prompt: "once more",
    resume: true,
    script: [words.shell("cat a"), { text: "Done." }],
  });
  assert.deepEqual(toldFiles(third), ["a", "later"]);
}

/** What a call of the log was. */
interface Done {
  readonly what: string;
  readonly changes: readonly string[];
  readonly entry: LogEntry;
}

/** What the person does with the agent's work, from outside. */
class Person {
  constructor(readonly bed: Bed, readonly setting: Setting) {}

  agentvfs(...args: string[]): Promise<string> {
    return this.bed.agentvfs(...args, ...branchOf(this.setting), "--project", this.bed.mount);
  }

  /** Back to the last prompt, and how the conversation would go back is said. */
  async toLastPrompt(): Promise<void> {
    const where = [...branchOf(this.setting), "--project", this.bed.mount];
    const { code, stderr } = await this.bed.run(["agentvfs", "rollback", "--to-prompt", ...where]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^hint: .*(claude --resume|codex fork) [0-9a-f-]{36}/m);
  }

  /** What the calls did, oldest first. */
  async done(): Promise<Done[]> {
    const { entries } = await this.bed.log(...branchOf(this.setting));
    const calls = entries.toReversed().filter(({ details }) => details?.moment === "call");
    const done: Done[] = [];
    for (const entry of calls) {
      const { changes } = JSON.parse(await this.agentvfs("show", entry.id, "--json")) as {
        changes: { status: string; path: string }[];
      };
      const theirs = changes.filter(({ path }) => !isLeftBySandbox(path));
      const { tool, command } = entry.details!;
      done.push({
        what: `${tool}: ${command}`,
        changes: theirs.map(({ status, path }) => `${status} ${path}`),
        entry,
      });
    }
    return done;
  }

  /** The text of each file in the agent's tree. */
  async tree(): Promise<Record<string, string>> {
    const list = ["find", ".", "-name", ".git", "-prune", "-o", "-type", "f", "-printf", "%P\\n"];
    const directory = treeOf(this.bed, this.setting);
    const names = (await this.bed.ok(list, directory)).trim().split("\n").sort();
    const tree: Record<string, string> = {};
    for (const name of names.filter((name) => !isLeftBySandbox(name))) {
      tree[name] = (await this.bed.ok(["cat", name], directory)).trim();
    }
    return tree;
  }

  /** The subagent's work is on another branch, and not on the agent's. */
  async assertIsolated(name: string): Promise<void> {
    const list = ["branch", "list", "--json", "--project", this.bed.mount];
    const { branches } = JSON.parse(await this.bed.agentvfs(...list)) as {
      branches: BranchReport[];
    };
    const { path } = branches.at(-1)!;
    assert.equal(await this.bed.ok(["cat", join(path, name)]), `${name}\n`);
    assert.ok(!(name in await this.tree()));
  }

  /** The lines of `log --tree`, as far as they say what was done; the calls that went on at once in the order of their words. */
  async timeline(): Promise<string[]> {
    const lines = (await this.agentvfs("log", "--tree")).split("\n").filter((line) =>
      /[├└]─/.test(line) && !/before the prompt|after the turn/.test(line)
    );
    const said = lines.map((line) => beginning(line.replace(/^[│├└─ ]+(#\d+ )?/, "")));
    return [...said.slice(0, -PARALLEL.length), ...said.slice(-PARALLEL.length).sort()];
  }
}

/** Of what a line of the log says; without ids, and no longer than is shown of any. */
function beginning(words: string): string {
  return words.replace(/^(prompt|subagent) [0-9a-f-]+ ?/, "$1 ").split(" · ")[0]!.slice(0, 25)
    .trim();
}

/** Each change is in a checkpoint that names the call that made it: as its own, or as one that went on meanwhile. */
function assertParallel(done: readonly Done[]): void {
  assert.deepEqual(done.flatMap(({ changes }) => changes).sort(), ["A p1", "A p2"]);
  for (const { what, changes, entry } of done) {
    const own = PARALLEL.findIndex((command) => what === `Bash: ${command}`);
    assert.notEqual(own, -1, what);
    const others = changes.filter((change) => change !== `A p${own + 1}`);
    assert.ok(others.length === 0 || entry.details!.alongside!.length > 0, what);
  }
}

function without(tree: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(tree).filter(([key]) => key !== name));
}

/** The files that an agent was told last are others now: its conversation comes whole with each request. */
function toldFiles({ seen }: Worked): string[] {
  const told = seen.flatMap(({ watched }) => watched).join("\n").matchAll(
    /agentvfs: these files are not as [^:]*: (.*?)\. Read them again/g,
  );
  const last = [...told].at(-1);
  assert.ok(last, "The agent was not told");
  return last[1]!.split(", ");
}
