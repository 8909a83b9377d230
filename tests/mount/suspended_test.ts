/**
 * Somebody suspends the server or its keeper: no command waits for ever, and each says what to do.
 */

import assert from "node:assert/strict";
import { isOver } from "../../src/host/processes.ts";
import { isAlive } from "../support/is_alive.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { until } from "../support/process.ts";

const PROJECT = "echo 1 >f";

/** The server is suspended, or its keeper, whatever `body` does to it. */
async function whileSuspended(
  mounted: Mounted,
  body: (pid: number) => Promise<void>,
  which: "serverPid" | "keeperPid" = "serverPid",
) {
  const { [which]: pid } = await mounted.status();
  Deno.kill(pid, "SIGSTOP");
  try {
    await body(pid);
  } finally {
    try {
      Deno.kill(pid, "SIGCONT");
    } catch { /* it is no more */ }
  }
}

Deno.test("commands do not wait for a suspended server: they say how it goes on", async () => {
  await withProject(PROJECT, async (mounted) => {
    await mounted.ctl("checkpoint", "before");
    // So that standing there asks nobody.
    await Deno.stat(mounted.mount);
    await whileSuspended(mounted, async (pid) => {
      const line = await mounted.run(["status", "--line"], { cwd: mounted.mount });
      assert.deepEqual([line.code, line.stdout], [
        0,
        "not protected: the daemon does not answer\n",
      ]);
      const commands = ["log", "stop", "restart", "rollback before", "status", "quickstart"];
      const outcomes = await Promise.all(commands.map((command) => {
        const words = command.split(" ");
        const where = command === "quickstart" ? [mounted.project] : ["-C", mounted.project];
        return mounted.run([words[0]!, ...where, ...words.slice(1), "--json"]);
      }));
      for (const [i, { code, stdout }] of outcomes.entries()) {
        assert.equal(code, 3, `${commands[i]}: ${stdout}`);
        const { error } = JSON.parse(stdout);
        assert.equal(error.code, "timeout");
        assert.match(error.message, new RegExp(`suspended \\(process ${pid}\\)`));
        assert.match(error.hint, new RegExp(`kill -CONT ${pid}`));
      }
    });
    // What was asked for meanwhile is done late, or not at all; the mount is what it was.
    assert.equal(await Deno.readTextFile(mounted.path("f")), "1\n");
  });
});

Deno.test("a suspended server that is killed, as the hint says, has a successor", async () => {
  await withProject(PROJECT, async (mounted) => {
    await Deno.writeTextFile(mounted.path("f"), "2\n");
    await whileSuspended(mounted, async (pid) => {
      Deno.kill(pid, "SIGKILL");
      await mounted.anotherServer(pid);
    });
    assert.equal(await Deno.readTextFile(mounted.path("f")), "2\n");
  }, { allowedLog: [/was killed by SIGKILL/] });
});

Deno.test("the keeper ends in order when it is asked to, although its server is suspended", async () => {
  await withProject(PROJECT, async (mounted) => {
    await Deno.writeTextFile(mounted.path("f"), "2\n");
    const { keeperPid } = await mounted.status();
    await whileSuspended(mounted, async () => {
      Deno.kill(keeperPid, "SIGTERM");
      await until("the keeper ends", () => !isAlive(keeperPid));
    });
    assert.equal((await mounted.run(["quickstart", mounted.project])).code, 0);
    assert.equal(await Deno.readTextFile(mounted.path("f")), "2\n");
  });
});

Deno.test("a keeper that is suspended is told of when its server dies, and goes on with quickstart", async () => {
  await withProject(PROJECT, async (mounted) => {
    await Deno.writeTextFile(mounted.path("f"), "2\n");
    const { serverPid } = await mounted.status();
    await whileSuspended(mounted, async (pid) => {
      Deno.kill(serverPid, "SIGKILL");
      await until("the server ends", () => isOver(serverPid));
      const commands = [["log"], ["stop"], ["quickstart", "--new"], ["checkpoint", "late"]];
      const outcomes = await Promise.all(
        commands.map(([command, ...rest]) =>
          mounted.run([command!, ...rest, "--json", "-C", mounted.project])
        ),
      );
      for (const [i, { code, stdout, stderr }] of outcomes.entries()) {
        assert.equal(code, 3, `${commands[i]}: ${stdout}${stderr}`);
        const { error } = JSON.parse(stdout);
        assert.equal(error.code, "keeper_suspended");
        assert.match(error.message, new RegExp(`suspended \\(process ${pid}\\)`));
        assert.match(error.hint, new RegExp(`kill -CONT ${pid}, or agentvfs quickstart`));
      }
      const healed = await mounted.run(["quickstart", mounted.project, "--json"]);
      assert.equal(healed.code, 0, healed.stdout);
      assert.equal(JSON.parse(healed.stdout).reused, true);
    }, "keeperPid");
    assert.equal(await Deno.readTextFile(mounted.path("f")), "2\n");
  }, { allowedLog: [/was killed by SIGKILL/] });
});

Deno.test("what waits for a suspended keeper says so", async () => {
  await withProject(PROJECT, async (mounted) => {
    await whileSuspended(mounted, async (pid) => {
      const { code, stdout } = await mounted.run(["stop", "--json", "-C", mounted.project]);
      assert.equal(code, 3, stdout);
      assert.match(JSON.parse(stdout).error.hint, new RegExp(`kill -CONT ${pid}`));
    }, "keeperPid");
    assert.equal((await mounted.run(["quickstart", mounted.project])).code, 0);
  });
});
