/** The workflows: what they call is there, they make what a release consists of, and actionlint finds nothing where it is. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TARGETS } from "../../scripts/releasing/targets.ts";
import { run } from "../support/process.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WORKFLOWS = join(ROOT, ".github/workflows");

async function workflows(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { name } of Deno.readDir(WORKFLOWS)) {
    found.set(name, await Deno.readTextFile(join(WORKFLOWS, name)));
  }
  return found;
}

Deno.test("every task and script that a workflow runs is there", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  for (const [name, text] of await workflows()) {
    for (const [, task] of text.matchAll(/\bdeno task ([\w:]+)/g)) {
      assert.ok(task! in tasks, `${name} runs the task ${task}`);
    }
    for (const [, script] of text.matchAll(/(?<![\w/])((?:scripts|\.ci)\/[\w.]+)/g)) {
      assert.ok((await Deno.stat(join(ROOT, script!))).isFile, `${name} runs ${script}`);
    }
    for (const [, path] of text.matchAll(/(?<![\w/])(tests\/[\w/]+(?:\.ts)?)/g)) {
      assert.ok(
        await Deno.stat(join(ROOT, path!)).then(() => true, () => false),
        `${name}: ${path}`,
      );
    }
  }
});

Deno.test("a release is made on a machine of each system, with the Deno that set-up installs", async () => {
  const found = await workflows();
  const rows = [
    ...found.get("release.yml")!.matchAll(
      /\{ target: (\S+), runner: ([\w.-]+)(, suffix: \.exe)? \}/g,
    ),
  ]
    .map(([, target, runner]) => ({ target, runner }));
  assert.deepEqual(rows, TARGETS.map(({ name, runner }) => ({ target: name, runner })));
  const setup = await Deno.readTextFile(join(ROOT, "scripts/setup"));
  const deno = /deno@(\d+\.\d+\.\d+)/.exec(setup)![1];
  for (const [name, text] of found) {
    for (const [, version] of text.matchAll(/deno-version: (\S+)/g)) {
      assert.equal(version, deno, name);
    }
  }
});

Deno.test("no workflow has rights that it does not name, or a script that takes in what strangers write", async () => {
  for (const [name, text] of await workflows()) {
    assert.match(text, /^permissions:\n {2}contents: read\n(?! )/m, name);
    // A title or a branch's name in a script is code to the shell; the environment is the way.
    for (const [step] of text.matchAll(/^ +(?:- )?run: (?:\|\n(?: {10}.*\n)+|.*\n)/gm)) {
      assert.doesNotMatch(step, /\$\{\{ *(?:github\.(?:event|head_ref|ref_name)|inputs)/, name);
    }
    for (const [, action] of text.matchAll(/uses: (\S+)/g)) assert.match(action!, /@v\d+$/, name);
  }
});

const cache = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/", ".cache");
const ACTIONLINT = join(cache, "agentvfs/deno-2.8.3/bin/actionlint");

Deno.test({
  name: "actionlint has nothing to say",
  // scripts/setup installs it where there is Go, which it comes with.
  ignore: !await Deno.stat(ACTIONLINT).then(() => true, () => false),
  async fn() {
    const { code, stdout, stderr } = await run([ACTIONLINT, "-no-color"], { cwd: ROOT });
    assert.equal(code, 0, stdout + stderr);
  },
});
