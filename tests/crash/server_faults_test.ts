/** Whatever fails in a server is its death, which is reported and which programs in the mount do not notice. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { ControlClient } from "../../src/control/client.ts";
import type { StatusReport } from "../../src/control/service/daemon.ts";
import { planDaemon } from "../../src/daemon/workspaces/workspace.ts";
import { mountsBelow, withTemporary } from "../support/temporary.ts";
import { until } from "../support/process.ts";
import { askFor, type Fault } from "./faults.ts";

const DAEMON = fileURLToPath(new URL("./faulty_daemon.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));
/** Of a machine that does much else. */
const START_DEADLINE_MS = 60_000;
const END_DEADLINE_MS = 60_000;

/** A daemon in the foreground. */
class FaultyDaemon {
  constructor(readonly child: Deno.ChildProcess, readonly socket: string, readonly faults: string) {
  }

  async call<T>(call: (client: ControlClient) => Promise<T>): Promise<T> {
    using client = await ControlClient.connect(this.socket, { callDeadlineMs: 20_000 });
    return await call(client);
  }

  /** The status, once a server answers for which `condition` holds. */
  status(condition: (status: StatusReport) => boolean = () => true): Promise<StatusReport> {
    return until("a server answers", async () => {
      try {
        const status = await this.call((client) => client.status());
        return status.state === "ready" && condition(status) && status;
      } catch {
        return false;
      }
    }, START_DEADLINE_MS);
  }

  askFor(fault: Fault, times = 1): void {
    askFor(this.faults, fault, times);
  }
}

/** Runs `body` with a daemon of whose servers the first `failing` fail to start. Resolves with its exit code and its log. */
async function withDaemon(
  failing: number,
  body: (daemon: FaultyDaemon) => Promise<void>,
  output = "/dev/stderr",
): Promise<{ code: number; log: string }> {
  return await withTemporary(async (directory) => {
    const [project, state, faults] = ["project", "state", "faults"].map((n) => `${directory}/${n}`);
    for (const path of [project!, state!, faults!]) await Deno.mkdir(path);
    await Deno.writeTextFile(`${project}/file`, "text");
    if (failing > 0) askFor(faults!, "start", failing);
    const env = { AGENTVFS_STATE_DIR: state!, FAULTS: faults! };
    Deno.env.set("AGENTVFS_STATE_DIR", state!);
    const { socket } = await planDaemon({ source: project!, version: "0.0.0" })
      .finally(() => Deno.env.delete("AGENTVFS_STATE_DIR"));
    const program = [Deno.execPath(), "run", "-A", "--quiet", "--no-check", `--config=${CONFIG}`];
    const child = new Deno.Command("sh", {
      args: ["-c", 'exec "$@" >"$0" 2>&1', output, ...program, DAEMON, project!],
      env,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const log = new Response(child.stderr).text();
    const kill = setTimeout(() => child.kill("SIGKILL"), 200_000);
    let failed = true;
    try {
      await body(new FaultyDaemon(child, socket, faults!));
      failed = false;
    } finally {
      if (failed) {
        child.kill("SIGTERM");
        console.error(await log);
      }
      clearTimeout(kill);
    }
    const { code } = await child.status;
    assert.deepEqual(await mountsBelow(directory), []);
    return { code, log: await log };
  });
}

for (const fault of ["rejection", "exception", "background", "command"] as const) {
  Deno.test(`a server that dies of this is replaced: ${fault}`, async () => {
    const { code, log } = await withDaemon(0, async (daemon) => {
      const { mount, serverPid } = await daemon.status();
      await daemon.call((client) => client.checkpoint({ label: "a" }));
      using held = await Deno.open(`${mount}/.agentvfs/checkpoints/a/file`);
      using written = await Deno.open(`${mount}/new`, { create: true, write: true });
      daemon.askFor(fault);
      await Deno.writeTextFile(`${mount}/file`, "text that was changed");
      // A command, for the one that happens when there is one.
      await daemon.call((client) => client.status()).catch(() => {});
      const status = await daemon.status((status) => status.serverPid !== serverPid);
      assert.equal(status.restarts, 1);
      await written.write(new TextEncoder().encode("more"));
      assert.equal(await Deno.readTextFile(`${mount}/new`), "more");
      assert.equal(await Deno.readTextFile(`${mount}/file`), "text that was changed");
      const bytes = new Uint8Array(10);
      assert.equal(await held.read(bytes), 4);
      assert.equal(new TextDecoder().decode(bytes.subarray(0, 4)), "text");
      const report = JSON.parse(await Deno.readTextFile(status.crashReport!));
      assert.deepEqual([report.serverPid, report.how, report.wasReady], [
        serverPid,
        "failed",
        true,
      ]);
      held.close();
      written.close();
      await daemon.call((client) => client.stop({}));
    });
    assert.equal(code, 0, log);
    assert.match(log, new RegExp(`Injected: ${fault}`));
  });
}

Deno.test("a server that fails to start again and again is started until it does", async () => {
  const { code, log } = await withDaemon(2, async (daemon) => {
    const { mount, serverPid } = await daemon.status();
    daemon.askFor("start", 6);
    Deno.kill(serverPid, "SIGKILL");
    assert.equal(await Deno.readTextFile(`${mount}/file`), "text");
    const { restarts } = await daemon.status((status) => status.serverPid !== serverPid);
    assert.equal(restarts, 2 + 1 + 6);
    await daemon.call((client) => client.stop({}));
  });
  assert.equal(code, 0, log);
});

Deno.test("what cannot be logged on a full disk is the death of nobody", async () => {
  const { code } = await withDaemon(0, async (daemon) => {
    let { mount, serverPid } = await daemon.status();
    for (const fault of ["rejection", "command", "background"] as const) {
      daemon.askFor(fault);
      await daemon.call((client) => client.status()).catch(() => {});
      ({ serverPid } = await daemon.status((status) => status.serverPid !== serverPid));
      assert.equal(await Deno.readTextFile(`${mount}/file`), "text");
    }
    await daemon.call((client) => client.stop({}));
  }, "/dev/full");
  assert.equal(code, 0);
});

Deno.test("views that are the death of every server are done without", async () => {
  const { code, log } = await withDaemon(0, async (daemon) => {
    const { mount, serverPid } = await daemon.status();
    await daemon.call((client) => client.checkpoint({ label: "a" }));
    await daemon.call((client) => client.createBranch({ name: "b" }));
    const branch = `${mount}/.agentvfs/branches/b`;
    await Deno.writeTextFile(`${branch}/file`, "of the branch");
    using held = await Deno.open(`${mount}/.agentvfs/checkpoints/a/file`);
    daemon.askFor("view", 100);
    Deno.kill(serverPid, "SIGKILL");
    assert.equal(await Deno.readTextFile(`${mount}/file`), "text");
    const after = await daemon.status((status) => status.serverPid !== serverPid);
    assert.equal(after.restarts, 1 + 4);
    await assert.rejects(held.read(new Uint8Array(10)), /os error 116/);
    // They are opened anew for whoever looks.
    assert.equal(await Deno.readTextFile(`${branch}/file`), "of the branch");
    assert.equal(await Deno.readTextFile(`${mount}/.agentvfs/checkpoints/a/file`), "text");
    await Deno.writeTextFile(`${branch}/file`, "more");
    Deno.removeSync(`${daemon.faults}/view`);
    await daemon.call((client) => client.restart());
    await daemon.status((status) => status.serverPid !== after.serverPid);
    assert.equal(await Deno.readTextFile(`${branch}/file`), "more");
    held.close();
    await daemon.call((client) => client.stop({}));
  });
  assert.equal(code, 0, log);
  assert.match(log, /opens no view but main's/);
});

Deno.test("what never comes up is given up, and the mount goes away", async () => {
  const { code, log } = await withDaemon(100, async ({ child }) => {
    await until("the daemon gives up", async () => {
      const ended = await Promise.race([child.status, undefined]);
      return ended !== undefined;
    }, END_DEADLINE_MS);
  });
  assert.equal(code, 1, log);
  assert.match(log, /once too often/);
});
