import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeService } from "../../control/testing/fake_service.ts";
import { ControlServer } from "../../control/server.ts";
import { findDaemon, type FindOptions } from "./find_daemon.ts";
import { withState } from "../keeper/testing/with_state.ts";
import { createWorkspace, type DaemonConfig, planDaemon, WorkspaceError } from "./workspace.ts";

async function workspace(source: string): Promise<DaemonConfig> {
  await Deno.mkdir(source, { recursive: true });
  const config = await planDaemon({ source, version: "1" });
  await createWorkspace(config);
  return config;
}

async function refusal(options: FindOptions): Promise<WorkspaceError> {
  try {
    const { socket } = await findDaemon(options);
    throw new assert.AssertionError({ message: `It found ${socket}` });
  } catch (error) {
    assert.ok(error instanceof WorkspaceError, String(error));
    return error;
  }
}

Deno.test("a socket that is named is meant, before all else", () =>
  withState(async ({ project }) => {
    await workspace(project);
    Deno.env.set("AGENTVFS_SOCK", "/from/environment");
    const found = await findDaemon({ socket: "/named", directory: project, cwd: project });
    assert.deepEqual(found, { socket: "/named", workspace: null, place: null });
  }));

Deno.test("a directory that is named is meant, be it project, below it, or the mount", () =>
  withState(async ({ root, project }) => {
    const config = await workspace(project);
    await Deno.mkdir(join(project, "src/deep"), { recursive: true });
    await Deno.symlink(project, join(root, "link"));
    Deno.env.set("AGENTVFS_SOCK", "/from/environment");
    for (
      const directory of [project, join(project, "src/deep"), join(root, "link"), config.mount]
    ) {
      const { socket, workspace } = await findDaemon({ directory });
      assert.equal(socket, config.socket, directory);
      assert.equal(workspace?.source, project);
    }
  }));

Deno.test("a directory without a daemon is not silently another one", () =>
  withState(async ({ root, project }) => {
    await workspace(project);
    const error = await refusal({ directory: root, cwd: project });
    assert.equal(error.code, "unreachable");
    assert.equal(error.exit, 3);
    assert.match(error.hint!, /quickstart/);
  }));

Deno.test("then the environment, then where one stands", () =>
  withState(async ({ project }) => {
    const config = await workspace(project);
    assert.equal((await findDaemon({ cwd: project })).socket, config.socket);
    assert.equal((await findDaemon({ cwd: config.mount })).socket, config.socket);
    Deno.env.set("AGENTVFS_SOCK", "/from/environment");
    assert.equal((await findDaemon({ cwd: project })).socket, "/from/environment");
  }));

Deno.test("the nearest project around is meant", () =>
  withState(async ({ project }) => {
    const outer = await workspace(project);
    const inner = await workspace(join(project, "packages/one"));
    const at = async (cwd: string) => (await findDaemon({ cwd })).socket;
    assert.equal(await at(join(project, "packages")), outer.socket);
    assert.equal(await at(join(project, "packages/one")), inner.socket);
  }));

Deno.test("elsewhere the only daemon that runs is meant", () =>
  withState(async ({ root, project }) => {
    const [one, two] = [await workspace(project), await workspace(join(root, "other"))];
    assert.equal((await refusal({ cwd: root })).exit, 3);

    const first = await ControlServer.listen(new FakeService(), one.socket);
    assert.equal((await findDaemon({ cwd: root })).socket, one.socket);

    const second = await ControlServer.listen(new FakeService(), two.socket);
    const error = await refusal({ cwd: root });
    assert.equal(error.code, "ambiguous_daemon");
    assert.equal(error.exit, 2);
    assert.ok(error.message.includes(one.mount) && error.message.includes(two.mount));

    await first.close();
    assert.equal((await findDaemon({ cwd: root })).socket, two.socket);
    await second.close();
  }));

Deno.test("of two workspaces of one project the running one is meant", () =>
  withState(async ({ root, project }) => {
    await workspace(project);
    const other = await planDaemon({ source: project, store: join(root, "store"), version: "1" });
    await createWorkspace(other);
    const server = await ControlServer.listen(new FakeService(), other.socket);
    assert.equal((await findDaemon({ cwd: project })).socket, other.socket);
    await server.close();
  }));
