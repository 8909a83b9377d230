/**
 * Programs that `agentvfs run` starts on Windows: their exit codes, streams, folder and environment, and what is said where
 * one cannot be started.
 *
 * No program of wine reaches the volume: a folder of the disk, at the place of the mount, stands for that of the branch.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { FlowParts } from "./daemon_flow.ts";

/** `project`, `mount`: paths of drive C:, the project has a folder `src`. */
export async function runSteps(
  { drive, executable, start, step }: Pick<FlowParts, "drive" | "executable" | "start"> & {
    step(what: string, work: () => Promise<void>): Promise<void>;
  },
  { project, mount }: { readonly project: string; readonly mount: string },
): Promise<void> {
  const branch = `${mount}\\.agentvfs\\branches\\go`;
  const onDisk = (path: string) => `${drive}/${path.slice(3).replaceAll("\\", "/")}`;
  const run = (command: string[], input = "") =>
    start({ directory: `${project}\\src`, input }, "run", "--branch", "go", "--", ...command);
  await Deno.mkdir(onDisk(`${branch}\\src`), { recursive: true });
  try {
    await step(
      "run: a program has the branch's folder, its streams and its exit code",
      async () => {
        const line =
          "cd& echo %AGENTVFS_BRANCH%& set /p LINE=& call echo got %LINE%& echo no>&2& exit 7";
        const { code, stdout, stderr } = await run(["cmd", "/v:on", "/c", line], "typed\r\n");
        assert.equal(code, 7, stdout + stderr);
        assert.deepEqual(stdout.trim().split(/\s*\r?\n/), [`${branch}\\src`, "go", "got typed"]);
        assert.match(stderr, /^no\r?$/m);
        assert.match(stderr, /nothing changed in branch go/);
      },
    );
    await step("run: a batch file is a program, and gets its arguments as they are", async () => {
      const text = "@echo off\r\necho tool %~1 %~2 %~3\r\nexit /b 3\r\n";
      await Deno.writeTextFile(`${drive}/windows/tool.cmd`, text);
      const { code, stdout, stderr } = await run(["tool", "a", "b c", "d"]);
      assert.equal(code, 3, stdout + stderr);
      assert.match(stdout, /^tool a b c d\r?$/m);
    });
    await step("run: commands of a program are about its branch, wherever it stands", async () => {
      await Deno.mkdir(onDisk(`${branch}\\.agentvfs`));
      await Deno.writeTextFile(onDisk(`${branch}\\.agentvfs\\ctl`), "");
      const line = `cd /d C:\\& ${executable} checkpoint inside --json`;
      const { code, stdout, stderr } = await run(["cmd", "/c", line]);
      assert.equal(code, 0, stdout + stderr);
      assert.equal(JSON.parse(/^\{.*\}/m.exec(stdout)![0]).branch, "go", stdout);
    });
    await step("run: a program that is not there is 127", async () => {
      const { code, stderr } = await run(["no-such-program"]);
      assert.equal(code, 127, stderr);
      assert.match(stderr, /There is no program no-such-program/);
    });
  } finally {
    await Deno.remove(onDisk(`${mount}\\.agentvfs`), { recursive: true });
  }
  await step("run: a folder that is not there is no missing program", async () => {
    const { code, stderr } = await run(["cmd", "/c", "exit"]);
    assert.equal(code, 1, stderr);
    assert.ok(stderr.includes(`${branch} is not there`), stderr);
  });
}
