import assert from "node:assert/strict";
import { join } from "node:path";
import { closedDirectory } from "./closed_directory.ts";
import { withState } from "../keeper/testing/with_state.ts";

Deno.test("the first directory that is closed to others is told, or the project itself", () =>
  withState(async ({ root, project }) => {
    const mount = join(root, "outer/inner/mount");
    await Deno.mkdir(mount, { recursive: true });
    await Deno.chmod(root, 0o711);
    await Deno.chmod(project, 0o755);
    await Deno.chmod(join(root, "outer"), 0o700);
    await Deno.chmod(join(root, "outer/inner"), 0o700);
    const places = { mount, source: project };
    assert.deepEqual(await closedDirectory(places), { path: join(root, "outer"), mode: 0o700 });
    await Deno.chmod(join(root, "outer"), 0o750);
    const inner = join(root, "outer/inner");
    assert.deepEqual(await closedDirectory(places), { path: inner, mode: 0o700 });
    await Deno.chmod(inner, 0o701);
    // What is mounted hides the mode of the mountpoint.
    await Deno.chmod(mount, 0o700);
    assert.equal(await closedDirectory(places), null);
    await Deno.chmod(project, 0o700);
    assert.deepEqual(await closedDirectory(places), { path: project, mode: 0o700 });
  }));
