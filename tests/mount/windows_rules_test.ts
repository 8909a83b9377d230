/**
 * Ways around rules, on a mount that the code for Windows serves: no way changes what the rules protect, nor sees what they hide.
 * The ways are those of `policy_ways.py`, as Linux's programs try them; how each is refused is up to what the driver can say.
 */

import assert from "node:assert/strict";
import { PYTHON, scriptPath } from "../support/python.ts";
import { shell, succeed } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";
import { withBridged } from "../windows/bridge/bridged.ts";

const PROJECT = `
mkdir -p infra/prod/sub infra/prod/empty infra/dev src/evil keys deep/er bin
${PYTHON} -c 'print("plan\\n" * 2000, end="")' >infra/prod/main.tf
echo sub >infra/prod/sub/x; echo b >src/b; echo e >src/evil/e
echo SECRET-4711 >keys/a.key; chmod 755 keys/a.key
printf '#!/bin/sh\\necho ran\\n' >bin/tool; chmod 755 bin/tool
ln -s ../infra/prod/main.tf src/link; ln -s ../infra/prod src/folder`;

const RULES = {
  rules: [
    {
      name: "production",
      path_pattern: "infra/prod/**",
      deny: "write,truncate,create,unlink,rename,link,attributes",
    },
    { name: "keys", path_pattern: "*.key", deny: "all" },
    { name: "tools", path_pattern: "bin/**", deny: "exec" },
  ],
};

const LOOK = "find infra/prod keys -printf '%p %y %m %T@\\n' | sort; " +
  "find infra/prod keys -type f -exec sha256sum {} + | sort";

/** What got past. */
const PAST = new Set(["ok", "changed", "leaked"]);

/** Linux's kernel keeps what was read before, and is not told of rules here; the driver keeps no bytes. */
const KEPT = "read what was open and read";

/** Fewer got lost on the way. */
const LEAST_WAYS = 110;
const DEADLINE_MS = 120_000;

Deno.test("no way gets past the rules of a volume", () =>
  withTemporary(async (directory) => {
    await Deno.chmod(directory, 0o755);
    const helper = `${directory}/ways`;
    await succeed([
      ...["gcc", "-O1", "-Wall", "-Werror", "-o", helper],
      scriptPath(import.meta.url, "policy_ways.c"),
    ]);
    await withBridged(async ({ path, rules }) => {
      await shell(PROJECT, { cwd: path });
      const before = await shell(LOOK, { cwd: path });
      const child = new Deno.Command(PYTHON, {
        args: [scriptPath(import.meta.url, "policy_ways.py"), helper, "", ""],
        cwd: path,
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const timer = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
      const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      const errors = new Response(child.stderr).text();
      let said = "";
      for (let at = await reader.read(); !at.done; at = await reader.read()) {
        const isFirst = said === "";
        said += at.value;
        if (!isFirst) continue;
        await rules(JSON.stringify(RULES));
        const writer = child.stdin.getWriter();
        await writer.write(new TextEncoder().encode("go\n"));
        await writer.close();
      }
      await child.status;
      clearTimeout(timer);
      const answers = said.split("\n").slice(1, -1).map((line) => line.split("\t"));
      assert.ok(answers.length >= LEAST_WAYS, `${answers.length} ways: ${said} ${await errors}`);
      assert.deepEqual(
        answers.filter(([way, answer]) => PAST.has(answer!) && way !== KEPT),
        [],
      );
      await rules("");
      assert.equal(await shell(LOOK, { cwd: path }), before);
    });
  }));
