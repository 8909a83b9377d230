import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeService } from "../../control/testing/fake_service.ts";
import { ControlServer } from "../../control/server.ts";
import { closeDeadMount } from "../../host/dead_mount.ts";
import { validateDaemon } from "./validate.ts";
import { withState } from "./testing/with_state.ts";
import {
  createWorkspace,
  type DaemonOptions,
  planDaemon,
  WorkspaceError,
} from "../workspaces/workspace.ts";

async function refusal(
  options: Omit<DaemonOptions, "version">,
  force = false,
): Promise<WorkspaceError> {
  const config = await planDaemon({ ...options, version: "1" });
  try {
    await validateDaemon(config, { force });
  } catch (error) {
    assert.ok(error instanceof WorkspaceError, String(error));
    assert.match(error.message, /^[A-Z/].*[^.]$/s);
    assert.ok(error.hint !== undefined, `${error.code} does not say what to do`);
    return error;
  }
  throw new assert.AssertionError({ message: "It was accepted" });
}

async function accept(options: Omit<DaemonOptions, "version">, force = false): Promise<void> {
  await validateDaemon(await planDaemon({ ...options, version: "1" }), { force });
}

Deno.test("an ordinary project is accepted, twice, and nothing is created", () =>
  withState(async ({ root, project }) => {
    await accept({ source: project });
    await accept({ source: project });
    await assert.rejects(Deno.stat(join(root, "state")), Deno.errors.NotFound);
  }));

Deno.test("a file is not a project", () =>
  withState(async ({ root }) => {
    await Deno.writeTextFile(join(root, "file"), "");
    const error = await refusal({ source: join(root, "file") });
    assert.equal(error.code, "source_not_a_directory");
    assert.equal(error.exit, 2);
  }));

Deno.test({
  name: "what the kernel makes is no project",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withState(async () => {
      const error = await refusal({ source: "/proc/self" });
      assert.deepEqual([error.code, error.exit], ["source_of_the_kernel", 1]);
      assert.match(error.message, /\(proc\)/);
      await accept({ source: "/proc/self" }, true);
    }),
});

Deno.test("/ and the home directory need force", () =>
  withState(async ({ root, project }) => {
    Deno.env.set("HOME", project);
    const home = await refusal({ source: project });
    assert.equal(home.code, "source_too_broad");
    assert.equal(home.exit, 1);
    assert.match(home.hint!, /--force/);
    await accept({ source: project }, true);
    assert.equal((await refusal({ source: "/" })).code, "source_too_broad");
    assert.equal(
      (await refusal({ source: "/", mount: join(root, "m") }, true)).code,
      "mount_inside_source",
    );
  }));

Deno.test("places that contain each other are refused with the reason", () =>
  withState(async ({ root, project }) => {
    const inside = (name: string) => join(project, name);
    const cases: [Omit<DaemonOptions, "version">, string][] = [
      [{ source: project, mount: inside("m") }, "mount_inside_source"],
      [{ source: project, mount: project }, "mount_inside_source"],
      [{ source: project, mount: root }, "source_inside_mount"],
      [{ source: project, store: inside("s") }, "store_inside_source"],
      [{ source: project, store: root, mount: "/mnt" }, "source_inside_store"],
      [{ source: project, mount: join(root, "m"), store: join(root, "m/s") }, "store_inside_mount"],
      [{ source: project, store: join(root, "s"), mount: join(root, "s/m") }, "mount_inside_store"],
    ];
    for (const [options, code] of cases) {
      const error = await refusal(options);
      assert.equal(error.code, code);
      assert.equal(error.exit, 1);
    }
  }));

Deno.test("a state directory inside the project is refused with the way out", () =>
  withState(async ({ project }) => {
    Deno.env.set("AGENTVFS_STATE_DIR", join(project, ".state"));
    assert.match((await refusal({ source: project })).hint!, /AGENTVFS_STATE_DIR/);
  }));

Deno.test("a symlink does not hide that places contain each other", () =>
  withState(async ({ root, project }) => {
    await Deno.symlink(project, join(root, "link"));
    await Deno.mkdir(join(project, "m"));
    const error = await refusal({ source: project, mount: join(root, "link/m") });
    assert.equal(error.code, "mount_inside_source");
  }));

Deno.test("a mountpoint is an empty directory, or one that can be made", () =>
  withState(async ({ root, project }) => {
    const mount = join(root, "mnt");
    await accept({ source: project, mount });
    await accept({ source: project, mount: join(mount, "deep/er") });
    await assert.rejects(Deno.stat(mount), Deno.errors.NotFound);

    await Deno.writeTextFile(mount, "");
    assert.equal((await refusal({ source: project, mount })).code, "mount_not_a_directory");

    await Deno.remove(mount);
    await Deno.mkdir(mount);
    await accept({ source: project, mount });

    await Deno.writeTextFile(join(mount, "kept"), "");
    const full = await refusal({ source: project, mount });
    assert.equal(full.code, "mount_not_empty");
    assert.equal(full.exit, 1);
    assert.match(full.message, /"kept"/);
  }));

Deno.test("a mountpoint of ours is not a project, even while nothing is mounted", () =>
  withState(async ({ root, project }) => {
    const mount = join(root, "mnt");
    await createWorkspace(await planDaemon({ source: project, mount, version: "1" }));
    await Deno.symlink(mount, join(root, "link"));
    for (const source of [mount, join(root, "link")]) {
      const error = await refusal({ source });
      assert.equal(error.code, "source_in_mount");
      assert.equal(error.exit, 1);
      assert.ok(error.hint!.endsWith(project), error.hint);
    }
    await Deno.writeTextFile(join(mount, "used"), "for something else by now");
    await accept({ source: mount });
  }));

Deno.test("a mountpoint in use is refused", () =>
  withState(async ({ project }) => {
    const error = await refusal({ source: project, mount: "/proc" });
    assert.equal(error.code, "mount_busy");
    assert.equal(error.exit, 1);
    assert.match(error.message, /proc/);
  }));

Deno.test("another file system is never unmounted as dead", async () => {
  assert.equal(
    await closeDeadMount({ path: "/proc", root: "/", type: "proc", device: "0:1" }),
    false,
  );
});

Deno.test("a second daemon is refused while the first one listens", () =>
  withState(async ({ project }) => {
    const config = await planDaemon({ source: project, version: "1" });
    await createWorkspace(config);
    const server = await ControlServer.listen(new FakeService(), config.socket);
    const error = await refusal({ source: project });
    assert.equal(error.code, "daemon_running");
    assert.equal(error.exit, 1);
    await server.close();
    await accept({ source: project });
  }));

Deno.test("a store that another process writes to is refused", () =>
  withState(async ({ project }) => {
    const config = await planDaemon({ source: project, version: "1" });
    await createWorkspace(config);
    const { lockStore } = await import("../../store/files/store_lock.ts");
    const { close } = await import("../../host/files.ts");
    const lock = lockStore(config.store);
    const error = await refusal({ source: project });
    assert.equal(error.code, "store_locked");
    assert.equal(error.exit, 1);
    assert.match(error.message, new RegExp(String(Deno.pid)));
    close(lock);
    await accept({ source: project });
  }));

Deno.test("a store that a daemon serves is refused at the first look", () =>
  withState(async ({ root, project }) => {
    const config = await planDaemon({ source: project, version: "1" });
    await createWorkspace(config);
    const service = new FakeService({ source: project });
    const server = await ControlServer.listen(service, config.socket);
    const { lockStore } = await import("../../store/files/store_lock.ts");
    const { close } = await import("../../host/files.ts");
    const lock = lockStore(config.store);
    const other = join(root, "other");
    await Deno.mkdir(other);
    const error = await refusal({ source: other, store: config.store });
    assert.equal(error.code, "store_locked");
    // It was asked once: whoever waits for the lock asks again and again.
    assert.deepEqual(service.calls.map(({ method }) => method), ["status"]);
    close(lock);
    await server.close();
  }));

Deno.test("a store of a newer version is refused", () =>
  withState(async ({ project }) => {
    const config = await planDaemon({ source: project, version: "1" });
    await createWorkspace(config);
    await Deno.writeTextFile(join(config.store, "format"), "agentvfs store\nversion 999999\n");
    const error = await refusal({ source: project });
    assert.equal(error.code, "store_newer_version");
    assert.equal(error.exit, 1);
  }));
