/**
 * Ways around rules: none gets past those of a mount, as root and as a user, in a run and out of it, whether or not the mount
 * is asked for opens. The ways are in policy_ways.py, a line each.
 */

import assert from "node:assert/strict";
import { type Mounted, withMount } from "../support/mounted.ts";
import { shell, succeed } from "../support/process.ts";
import { PROGRAM } from "../support/program.ts";
import { installRules } from "../support/rules.ts";
import { PYTHON, scriptPath } from "../support/python.ts";
import { withTemporary } from "../support/temporary.ts";

const USER = 65534;

/** Files of the user, some of them with names where no rule is. */
const PROJECT = `
mkdir -p infra/prod/sub infra/prod/empty infra/dev src/evil keys deep/er bin
${PYTHON} -c 'print("plan\\n" * 2000, end="")' >infra/prod/main.tf
echo sub >infra/prod/sub/x; echo b >src/b; echo e >src/evil/e
echo SECRET-4711 >keys/a.key; chmod 755 keys/a.key
printf '#!/bin/sh\\necho ran\\n' >bin/tool; chmod 755 bin/tool
for name in src/linked infra/prod/linked deep/er/linked; do ln infra/prod/main.tf $name; done
ln keys/a.key src/linked-key
ln -s ../infra/prod/main.tf src/link; ln -s ../infra/prod src/folder
chown -R ${USER}:${USER} .`;

const RULES = [
  {
    name: "production",
    path_pattern: "infra/prod/**",
    deny: "write,truncate,create,unlink,rename,link,attributes",
  },
  { name: "keys", path_pattern: "*.key", deny: "all" },
];
/** Of what is in the kernel's memory, only an open tells that it is run. */
const WITH_OPENS = [...RULES, { name: "tools", path_pattern: "bin/**", deny: "exec" }];

interface Setting {
  readonly name: string;
  readonly opens: boolean;
  readonly user: boolean;
  /** In a view of its own at the project's path; else on the main branch. */
  readonly branch?: string;
  /** Without rules: shows that it is them who answer. */
  readonly free?: true;
}

const SETTINGS: readonly Setting[] = [
  { name: "root", opens: false, user: false },
  { name: "a user in a run", opens: false, user: true, branch: "one" },
  { name: "a user in a run without rules", opens: false, user: true, branch: "free", free: true },
  { name: "a user", opens: true, user: true },
  { name: "root in a run", opens: true, user: false, branch: "two" },
];

/** What there is of all that rules are about: names, types, modes, owners, times and contents. */
const LOOK = "find infra/prod keys -printf '%p %y %m %U %T@ %n\\n' | sort; " +
  "find infra/prod keys -type f -exec sha256sum {} + | sort";

function expected({ opens }: Setting): Readonly<Record<string, string>> {
  return {
    // A program was told that it may, and nothing was written.
    "write through a mapping from before": "unchanged",
    "written through a mapping": opens ? "EACCES" : "unchanged",
    "read by mapping": opens ? "EACCES" : "SIGBUS",
    "run a tool": opens ? "EACCES" : "ok",
    // A file system on which blocks cannot be shared, and trees between which nothing moves.
    "clone the blocks": opens ? "EACCES" : "ENOTSUP",
    "rename between views": "EXDEV",
  };
}

/** How ways are answered where there are no rules; and ways that lead nowhere all the same. */
const FREE = new Set(["ok", "changed", "leaked"]);
const ANYWHERE = new Set([
  "clone the blocks",
  "rename and leave a whiteout",
  "remove an attribute",
  "run",
  "write in a directory that was open",
  "write through a mapping from before",
]);

async function tryAll(m: Mounted, helper: string, setting: Setting): Promise<void> {
  const { name, branch, free } = setting;
  await m.ctl("policy", "remove");
  const before = await shell(LOOK, { cwd: m.mount });
  const child = start(m, helper, setting);
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const errors = new Response(child.stderr).text();
  const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
  const read = async (isEnough: (text: string) => boolean): Promise<string> => {
    let text = "";
    while (!isEnough(text)) {
      const { value, done } = await reader.read();
      if (done) break;
      text += value;
    }
    return text;
  };
  const ready = await read((text) => text.includes("\n"));
  assert.equal(ready, "ready\n", `${name}: ${ready === "" ? await errors : ready}`);
  if (!free) {
    const { opens } = await installRules(m, setting.opens ? WITH_OPENS : RULES);
    assert.equal(opens, setting.opens);
  }
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("go\n"));
  const said = await read(() => false);
  await child.status;
  clearTimeout(timer);
  writer.releaseLock();
  await child.stdin.close().catch(() => {});
  const answers = said.split("\n").slice(0, -1).map((line) => line.split("\t"));
  assert.ok(answers.length >= 110, `${name}: ${answers.length} ways; ${await errors}`);
  const usual = expected(setting);
  const wrong = free
    ? answers.filter(([way, answer]) => !FREE.has(answer!) && !ANYWHERE.has(way!))
    : answers.filter(([way, answer]) => answer !== (usual[way!] ?? "EACCES"));
  assert.deepEqual(wrong, [], name);
  if (free) return;
  await m.ctl("policy", "remove");
  const tree = branch === undefined ? m.mount : m.path(".agentvfs/branches", branch);
  assert.equal(await shell(LOOK, { cwd: tree }), before, name);
}

function start(m: Mounted, helper: string, { user, branch, free }: Setting): Deno.ChildProcess {
  const rights = ["setpriv", `--reuid=${USER}`, `--regid=${USER}`, "--clear-groups"];
  // The home of other branches is the owner's alone.
  const other = branch === undefined && !user ? m.path(".agentvfs/branches/other") : "";
  const program = [
    ...(user ? rights : []),
    PYTHON,
    SCRIPT,
    helper,
    other,
    free ? `${helper}.pristine` : "",
  ];
  const run = [...PROGRAM, "run", "--branch", branch!, "--from", "initial", "--", ...program];
  const [first, ...args] = branch === undefined ? program : run;
  return new Deno.Command(first!, {
    args,
    cwd: branch === undefined ? m.mount : m.project,
    env: { AGENTVFS_STATE_DIR: m.state },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

const SCRIPT = scriptPath(import.meta.url, "policy_ways.py");

for (const opens of [false, true]) {
  const asked = opens ? "asked for opens" : "not asked for opens";
  Deno.test(`no way gets past the rules of a mount that is ${asked}`, () =>
    withTemporary(async (directory) => {
      // A user has to get there.
      await Deno.chmod(directory, 0o755);
      const helper = `${directory}/ways`;
      const source = scriptPath(import.meta.url, "policy_ways.c");
      await succeed(["gcc", "-O1", "-Wall", "-Werror", "-o", helper, source]);
      const project = `${directory}/project`;
      await Deno.mkdir(project);
      await shell(PROJECT, { cwd: project });
      await succeed(["cp", "-a", project, `${helper}.pristine`]);
      const options = { arguments: ["--mount", `${directory}/mount`, "--allow-other"] };
      await withMount(project, async (m) => {
        await m.ctl("branch", "create", "other");
        if (opens) {
          const { unheld } = await installRules(m, WITH_OPENS);
          assert.deepEqual(unheld.map(({ rule }) => rule), ["tools"]);
          await m.restart();
        }
        for (const setting of SETTINGS) {
          if (setting.opens === opens) await tryAll(m, helper, setting);
        }
        await m.stop();
      }, options);
    }));
}
