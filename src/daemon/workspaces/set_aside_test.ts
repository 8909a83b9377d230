import assert from "node:assert/strict";
import { join } from "node:path";
import { setAside } from "./set_aside.ts";
import { withState } from "../keeper/testing/with_state.ts";
import { createWorkspace, listWorkspaces, planDaemon } from "./workspace.ts";

Deno.test("a store is kept with what belongs to it, and found by nobody who looks for workspaces", () =>
  withState(async ({ project }) => {
    const config = await planDaemon({ source: project, version: "1" });
    await createWorkspace(config);
    assert.equal(await setAside(config), null, "an empty store is none");
    await Deno.writeTextFile(join(config.store, "pack"), "precious");
    for (const name of ["source.json", "agents.jsonl"]) {
      await Deno.writeTextFile(join(config.workspace, name), "{}");
    }
    const kept = await setAside(config);
    assert.match(kept!, new RegExp(`^${config.workspace}/old/\\d{8}-\\d{6}/store$`));
    assert.equal(await Deno.readTextFile(join(kept!, "pack")), "precious");
    for (const name of ["source.json", "agents.jsonl"]) {
      assert.equal(await Deno.readTextFile(join(kept!, "..", name)), "{}");
      await assert.rejects(Deno.lstat(join(config.workspace, name)), Deno.errors.NotFound);
    }
    assert.equal(await setAside(config), null);
    await createWorkspace(config);
    assert.deepEqual((await listWorkspaces()).map(({ source }) => source), [project]);
  }));

Deno.test("a store of its own place stays beside it", () =>
  withState(async ({ root, project }) => {
    const store = join(root, "elsewhere");
    const config = await planDaemon({ source: project, store, version: "1" });
    await createWorkspace(config);
    await Deno.writeTextFile(join(store, "pack"), "precious");
    const kept = await setAside(config);
    assert.match(kept!, new RegExp(`^${store}\\.\\d{8}-\\d{6}$`));
    assert.equal(await Deno.readTextFile(join(kept!, "pack")), "precious");
  }));
