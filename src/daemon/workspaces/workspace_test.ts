import assert from "node:assert/strict";
import { join } from "node:path";
import { fitsAddress } from "../../host/local_socket.ts";
import {
  createWorkspace,
  listWorkspaces,
  planDaemon,
  readRecord,
  stateRoot,
  WorkspaceError,
} from "./workspace.ts";
import { withState } from "../keeper/testing/with_state.ts";

const VERSION = "1.2.3";

Deno.test("a workspace has its project's name and a hash of the real path", () =>
  withState(async ({ root, project }) => {
    const config = await planDaemon({ source: project, version: VERSION });
    assert.match(config.workspace, new RegExp(`^${root}/state/workspaces/project-[0-9a-f]{12}$`));
    assert.equal(config.mount, `${config.workspace}/mount`);
    assert.equal(config.store, `${config.workspace}/store`);
    assert.equal(config.socket, `${config.workspace}/control.sock`);
    assert.equal(config.log, `${config.workspace}/daemon.log`);
  }));

Deno.test("one project by another name is the same workspace, another with its name is not", () =>
  withState(async ({ root, project }) => {
    const link = join(root, "link");
    await Deno.symlink(project, link);
    const twin = join(root, "elsewhere/project");
    await Deno.mkdir(twin, { recursive: true });
    const plan = async (source: string) =>
      (await planDaemon({ source, version: VERSION })).workspace;
    assert.equal(await plan(link), await plan(project + "/"));
    assert.notEqual(await plan(twin), await plan(project));
  }));

Deno.test("a store of its own place makes a workspace of its own", () =>
  withState(async ({ root, project }) => {
    const own = await planDaemon({ source: project, version: VERSION });
    const named = await planDaemon({ source: project, store: own.store, version: VERSION });
    const other = await planDaemon({ source: project, store: join(root, "s"), version: VERSION });
    assert.equal(named.workspace, own.workspace);
    assert.notEqual(other.workspace, own.workspace);
    assert.equal(other.store, join(root, "s"));
  }));

Deno.test({
  name: "a socket path that is too long moves to a short directory",
  ignore: Deno.build.os !== "linux", // XDG's variables
  fn: () =>
    withState(async ({ root, project }) => {
      Deno.env.set("AGENTVFS_STATE_DIR", join(root, "deep".repeat(30)));
      Deno.env.set("XDG_RUNTIME_DIR", join(root, "run"));
      const near = await planDaemon({ source: project, version: VERSION });
      assert.match(near.socket, new RegExp(`^${root}/run/agentvfs/[0-9a-f]{12}\\.sock$`));
      Deno.env.set("XDG_RUNTIME_DIR", join(root, "r".repeat(100)));
      const far = await planDaemon({ source: project, version: VERSION });
      assert.match(far.socket, /^\/tmp\/agentvfs-\d+\/[0-9a-f]{12}\.sock$/);
      assert.ok(fitsAddress(far.socket));
      Deno.env.set("XDG_RUNTIME_DIR", join(root, "run"));
      await createWorkspace(near);
      assert.equal((await Deno.stat(join(root, "run/agentvfs"))).mode! & 0o777, 0o700);
    }),
});

Deno.test("the project's name may be long, odd or the root", () =>
  withState(async ({ root }) => {
    const long = join(root, "é".repeat(120));
    await Deno.mkdir(long);
    const config = await planDaemon({ source: long, version: VERSION });
    await createWorkspace(config);
    assert.ok((await planDaemon({ source: "/", version: VERSION })).workspace.includes("/root-"));
  }));

Deno.test("a created workspace is private and can be found again", () =>
  withState(async ({ project }) => {
    const config = await planDaemon({ source: project, version: VERSION });
    await createWorkspace(config);
    await createWorkspace(config); // repeating it is harmless
    for (const path of [config.workspace, config.mount, config.store]) {
      assert.equal((await Deno.stat(path)).mode! & 0o777, 0o700, path);
    }
    const { source, mount, store, socket, log } = config;
    assert.deepEqual(await listWorkspaces(), [
      { source, mount, store, socket, log, version: VERSION, directory: config.workspace },
    ]);
  }));

Deno.test("a mountpoint that is missing is made, and it is told where that cannot be", () =>
  withState(async ({ root, project }) => {
    const mount = join(root, "deep/er");
    const config = await planDaemon({ source: project, mount, version: "1" });
    await createWorkspace(config);
    await createWorkspace(config);
    assert.ok((await Deno.stat(mount)).isDirectory);
    const impossible = await planDaemon({ source: project, mount: "/proc/no/mount", version: "1" });
    await assert.rejects(createWorkspace(impossible), { code: "mount_unusable", exit: 4 });
  }));

Deno.test("a record that is damaged or missing is none", () =>
  withState(async ({ project }) => {
    const config = await planDaemon({ source: project, version: VERSION });
    await createWorkspace(config);
    for (const text of ["", "{", "[]", "null", '{"source":1}']) {
      await Deno.writeTextFile(join(config.workspace, "workspace.json"), text);
      assert.equal(await readRecord(config.workspace), null);
    }
    await createWorkspace(config);
    const path = join(config.workspace, "workspace.json");
    const [record, whole] = [await readRecord(config.workspace), await Deno.readFile(path)];
    assert.ok(record !== null);
    for (let bit = 0; bit < 8 * whole.length; bit += 3) {
      const flipped = whole.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      await Deno.writeFile(path, flipped);
      const read = await readRecord(config.workspace);
      // White space between the fields means nothing.
      if (read !== null) assert.deepEqual(read, record);
    }
    await Deno.remove(path);
    assert.equal(await readRecord(config.workspace), null);
    assert.deepEqual(await listWorkspaces(), []);
  }));

Deno.test("no state root yet means no workspaces", () =>
  withState(async () => assert.deepEqual(await listWorkspaces(), [])));

Deno.test("a state root that cannot be looked into is named, with what helps", () =>
  withState(async ({ root }) => {
    const file = join(root, "file");
    await Deno.writeTextFile(file, "");
    Deno.env.set("AGENTVFS_STATE_DIR", join(file, "state"));
    await assert.rejects(listWorkspaces(), (error: unknown) => {
      assert.ok(error instanceof WorkspaceError);
      assert.deepEqual([error.code, error.exit], ["state_dir", 4]);
      assert.match(
        error.message,
        /^Cannot use .*file\/state\/workspaces for state: Not a directory/,
      );
      assert.match(error.hint!, /AGENTVFS_STATE_DIR/);
      return true;
    });
  }));

Deno.test({
  name: "the state root follows the environment",
  ignore: Deno.build.os !== "linux", // XDG's variables
  fn: () =>
    withState(({ root }) => {
      assert.equal(stateRoot(), join(root, "state"));
      Deno.env.delete("AGENTVFS_STATE_DIR");
      Deno.env.set("XDG_STATE_HOME", "/x/state");
      assert.equal(stateRoot(), "/x/state/agentvfs");
      Deno.env.set("XDG_STATE_HOME", "relative");
      Deno.env.set("HOME", "/h");
      assert.equal(stateRoot(), "/h/.local/state/agentvfs");
      Deno.env.delete("HOME");
      assert.throws(stateRoot, (e: unknown) => e instanceof WorkspaceError && e.exit === 4);
      return Promise.resolve();
    }),
});

Deno.test("a state directory that cannot be used is told with its exit code", () =>
  withState(async ({ root, project }) => {
    await Deno.writeTextFile(join(root, "state"), "");
    const config = await planDaemon({ source: project, version: VERSION });
    await assert.rejects(
      createWorkspace(config),
      (e: unknown) =>
        e instanceof WorkspaceError && e.exit === 4 && /AGENTVFS_STATE_DIR/.test(e.hint!),
    );
  }));

Deno.test("a source that is missing is told before anything is created", () =>
  withState(async ({ root }) => {
    await assert.rejects(
      planDaemon({ source: join(root, "nowhere"), version: VERSION }),
      (e: unknown) => e instanceof WorkspaceError && e.code === "no_source" && e.exit === 2,
    );
    await assert.rejects(Deno.stat(join(root, "state")), Deno.errors.NotFound);
  }));
