/**
 * The day of a workspace that has a name, on Windows: at the last drive that is free.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { DriverDoor } from "../driver_door.ts";
import type { Ended } from "./daemon_flow.ts";

export interface WorkspaceParts {
  agentvfs(...words: string[]): Promise<Ended>;
  /** Output of a command that ends well. */
  says(...words: string[]): Promise<string>;
  onVolume<T>(work: (volume: DriverDoor) => Promise<T>): Promise<T>;
  step(what: string, work: () => Promise<void>): Promise<void>;
}

/** `project`: a path of drive C:, and where that is on this machine. It has a file `src/a.txt`. */
export async function workspaceSteps(
  { agentvfs, says, onVolume, step }: WorkspaceParts,
  { project, onDisk }: { readonly project: string; readonly onDisk: string },
): Promise<void> {
  const name = `ws-${Date.now().toString(36)}`;
  const workspace = (command: string, ...words: string[]) =>
    says("workspace", command, name, ...words);
  try {
    await step("workspace: init and start, at the last drive that is free", async () => {
      const made = await workspace("init", "--from", project);
      assert.match(made, /^status=initialized$/m);
      const started = await workspace("start", "--mount", "*:");
      const mount = /^mount=([D-Y]:)\\$/m.exec(started)?.[1];
      assert.ok(mount !== undefined, started);
      assert.match(started, /^status=started$/m);
      assert.equal(await onVolume((volume) => volume.place()), mount);
      assert.match(await workspace("start"), /^status=started$/m, "it is harmless when repeated");
      assert.match(await workspace("status"), /^status=started$/m);
      assert.match(await says("workspace", "list"), new RegExp(`^${name}\tstarted\t${mount}`, "m"));
    });
    await step("workspace: checkpoint, log, diff, rollback, apply", async () => {
      const write = (text: string) => onVolume((volume) => volume.write("\\src\\a.txt", text));
      await write("first\n");
      assert.match(await workspace("checkpoint", "first"), /^[0-9a-f]{64}$/m);
      await write("second\n");
      assert.match(await workspace("diff"), /src\/a\.txt/);
      assert.match(await workspace("log"), /first/);
      await workspace("rollback", "first");
      assert.equal(await onVolume((volume) => volume.read("\\src\\a.txt")), "first\n");
      await workspace("apply");
      assert.equal(await Deno.readTextFile(`${onDisk}/src/a.txt`), "first\n");
    });
    await step("workspace: stop records, and start shows the same", async () => {
      await onVolume((volume) => volume.write("\\src\\a.txt", "last\n"));
      assert.match(await workspace("stop"), /^checkpoint=[0-9a-f]{64}$/m);
      const { code, output } = await agentvfs("workspace", "status", name);
      assert.deepEqual([code, /^status=stopped\r?$/m.test(output)], [1, true], output);
      assert.match(await workspace("start"), /^status=started$/m);
      assert.match(await workspace("log"), /shutdown/);
      assert.equal(await onVolume((volume) => volume.read("\\src\\a.txt")), "last\n");
    });
  } finally {
    await step("workspace: stop and delete", async () => {
      await workspace("stop", "--no-checkpoint");
      assert.match(await workspace("delete", "--force"), /^status=deleted$/m);
      const { code, output } = await agentvfs("workspace", "status", name);
      assert.equal(code, 1, output);
    });
  }
}
