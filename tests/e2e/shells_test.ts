/** Completions in the shells themselves: keys are typed, and the program tells what it was given. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { withDaemon } from "../cli/harness.ts";
import { isInstalled, run } from "../support/process.ts";
import { scriptPath } from "../support/python.ts";
import { skip } from "../support/skip.ts";
import { EXECUTABLE } from "./executable.ts";

/** How a shell is started without anybody's settings, and what it is told first. */
const SHELLS: Readonly<Record<string, { command: string[]; begin: string }>> = {
  bash: {
    command: ["bash", "--noprofile", "--norc", "-i"],
    begin: "PS1=ready'> '; bind 'set bell-style none'; eval \"$(agentvfs completions bash)\"\r",
  },
  zsh: {
    command: ["zsh", "-f", "-i"],
    begin: "PS1=ready'> '; unsetopt beep; autoload -Uz compinit; compinit -u -D; " +
      'eval "$(agentvfs completions zsh)"\r',
  },
  fish: {
    command: ["fish", "--no-config", "-i"],
    begin: "function fish_prompt; echo -n ready'> '; end; agentvfs completions fish | source\r",
  },
};

/** What is typed, and the arguments that the program is given then. */
const KEYS: readonly [typed: string, args: string[]][] = [
  ["agentvfs rollb\tbef\t", ["rollback", "before the refactor"]],
  ["agentvfs merge --strategy=our\tcar\t", ["merge", "--strategy=ours", "cart"]],
  ["agentvfs run -- printe\tx", ["run", "--", "printenv", "x"]],
  ["agentvfs policy check rul\t", ["policy", "check", "rules.toml"]],
  ["agentvfs policy check my\t", ["policy", "check", "my rules's $x.toml"]],
  ["agentvfs show it\t", ["show", 'it\'s $HOME: "done"']],
  ["agentvfs branch show fea\t", ["branch", "show", "feature/x"]],
  ["agentvfs -C sub\tstatus", ["-C", "sub dir/status"]],
  ["agentvfs run --branch=feat\t-- make", ["run", "--branch=feature/x", "--", "make"]],
];

for (const [shell, { command, begin }] of Object.entries(SHELLS)) {
  Deno.test(`${shell} completes commands, labels, options, branches, files and other programs`, async (t) => {
    if (!await isInstalled(shell)) return await skip(t, `there is no ${shell}`);
    await withDaemon(async ({ root, project, service }) => {
      await service.checkpoint({ label: "before the refactor" });
      await service.createBranch({ name: "cart" });
      await service.checkpoint({ label: `it's $HOME: "done"` });
      await service.createBranch({ name: "feature/x" });
      const bin = join(root, "bin");
      await Deno.mkdir(bin);
      await Deno.writeTextFile(join(project, "rules.toml"), "");
      await Deno.writeTextFile(join(project, "my rules's $x.toml"), "");
      await Deno.mkdir(join(project, "sub dir"));
      // The program, but for what is typed to the end: of that it tells the words.
      const script =
        `#!/bin/sh\ncase $1 in __complete | completions) exec '${EXECUTABLE}' "$@" ;; esac\n` +
        `printf 'got '; printf '<%s>' "$@"; echo '.'\n`;
      await Deno.writeTextFile(join(bin, "agentvfs"), script, { mode: 0o755 });
      const steps = [
        ["", begin],
        ...KEYS.map(([typed]) => ["ready> ", `${typed}\r`]),
        ["ready> ", "exit\r"],
      ];
      const keys = scriptPath(new URL("../mount/", import.meta.url).href, "terminal.py");
      const { stdout, stderr, code } = await run(
        ["python3", keys, JSON.stringify(steps), ...command],
        {
          cwd: project,
          deadlineMs: 180_000,
          env: {
            PATH: `${bin}:/usr/bin:/bin`,
            TERM: "xterm",
            HOME: root,
            AGENTVFS_COMPLETION_MS: "20000",
          },
        },
      );
      assert.equal(code, 0, stderr);
      const { said } = JSON.parse(stdout);
      for (const [typed, args] of KEYS) {
        const expected = `got ${args.map((arg) => `<${arg}>`).join("")}.`;
        assert.ok(said.includes(expected), `${JSON.stringify(typed)}: no ${expected} in\n${said}`);
      }
    });
  });
}
