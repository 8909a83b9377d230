import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeService } from "../../control/testing/fake_service.ts";
import { ControlServer } from "../../control/server.ts";
import { askStatus, daemonArguments, spawnDaemon } from "./spawn.ts";
import { withState } from "../keeper/testing/with_state.ts";
import { createWorkspace, planDaemon, WorkspaceError } from "./workspace.ts";

Deno.test("a daemon that ends is told with its own words, hint and exit code", () =>
  withState(async ({ root, project }) => {
    const mount = join(root, "mnt");
    await Deno.mkdir(mount);
    const config = await planDaemon({ source: project, mount, version: "1" });
    await createWorkspace(config);
    await Deno.writeTextFile(config.log, "agentvfs: an older error\nhint: of an older run\n");
    await Deno.writeTextFile(join(mount, "in-the-way"), "");
    await assert.rejects(spawnDaemon(config), (error: unknown) => {
      assert.ok(error instanceof WorkspaceError);
      // Not daemon_silent: it was not waited for until the deadline.
      assert.equal(error.code, "daemon_failed");
      assert.equal(error.exit, 1);
      assert.match(error.message, /^The mountpoint .* is not empty: it has "in-the-way"$/);
      assert.match(error.hint!, /--mount/);
      return true;
    });
  }));

Deno.test("askStatus answers null where nobody is, and where nobody answers", () =>
  withState(async ({ root }) => {
    const path = join(root, "s.sock");
    assert.equal(await askStatus(path, 100), null);
    const gate = Promise.withResolvers<void>();
    const server = await ControlServer.listen(new FakeService({ gate: gate.promise }), path);
    assert.equal(await askStatus(path, 50), null);
    gate.resolve();
    assert.equal((await askStatus(path, 1000))?.state, "ready");
    await server.close();
  }));

Deno.test("a daemon's command line carries its whole configuration", () =>
  withState(async ({ root, project }) => {
    const config = await planDaemon({
      source: project,
      mount: join(root, "m"),
      store: join(root, "s"),
      allowOther: true,
      gcIdleMs: 1500,
      keepAwake: false,
      events: false,
      watch: true,
      version: "1",
    });
    const args = daemonArguments(config, true);
    for (const path of [config.source, config.mount, config.store, config.socket, config.log]) {
      assert.ok(args.includes(path), path);
    }
    for (
      const option of [
        "--foreground",
        "--allow-other",
        "--force",
        "1.5s",
        "--no-keep-awake",
        "--no-events",
        "--watch",
      ]
    ) {
      assert.ok(args.includes(option), option);
    }
  }));
