/** Processes that are killed, and a disk that is really full. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parseObjectId } from "./format/object_id.ts";
import { Store } from "./store.ts";
import { StoreWriter } from "./store_writer.ts";
import { hasher } from "./testing/fixtures.ts";

const CHILD = fileURLToPath(new URL("./testing/crash_child.ts", import.meta.url));
const RUN = ["run", "-A", "--no-check", CHILD];

/** Reads everything a tree of the child names. Throws unless all of it is there. */
function readAll(store: Store, tree: string): void {
  const entries = store.readTree(parseObjectId(tree)!);
  assert.equal(entries.length, 4);
  for (const entry of entries) {
    assert.ok(!entry.linked);
    const into = new Uint8Array(entry.size);
    assert.equal(store.readContent(entry, entry.size, 0, into, 0, entry.size), entry.size);
  }
}

function refs(store: Store): string[] {
  return store.database.prepare("SELECT tree FROM refs ORDER BY n").all()
    .map((row) => row.tree as string);
}

Deno.test("what a killed writer said was committed is there, and nothing half", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "agentvfs-store-" });
  const directory = `${folder}/store`;
  const said: string[] = [];
  for (let round = 0; round < 4; round++) {
    const child = new Deno.Command(Deno.execPath(), { args: [...RUN, directory], stdout: "piped" })
      .spawn();
    const lines = said.length + 3 + round;
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (let killed = false;;) {
      const { value, done } = await reader.read();
      if (done) break;
      text += value;
      if (!killed && said.length + text.split("\n").length > lines) {
        child.kill("SIGKILL");
        killed = true;
      }
    }
    await child.status;
    said.push(...text.split("\n").slice(1, -1));
    const store = Store.open(directory, hasher);
    const kept = refs(store);
    for (const tree of said) assert.ok(kept.includes(tree), "a commit that was announced is gone");
    for (const tree of kept) readAll(store, tree);
    store.close();
  }
  const writer = StoreWriter.open(directory, hasher);
  assert.ok(writer.stats().objects >= 4 * said.length);
  writer.close();
  Deno.removeSync(folder, { recursive: true });
});

/** Runs a command with a 12 MB file system at `folder`, in a mount namespace of its own. */
function onSmallDisk(folder: string, args: string[]): Deno.CommandOutput {
  const script = `mount -t tmpfs -o size=12m none "$0" && exec "$@"`;
  return new Deno.Command("unshare", {
    args: ["--user", "--map-root-user", "--mount", "sh", "-c", script, folder, ...args],
  }).outputSync();
}

const smallDisks = (() => {
  const folder = Deno.makeTempDirSync();
  try {
    return onSmallDisk(folder, ["true"]).success;
  } catch {
    return false;
  } finally {
    Deno.removeSync(folder);
  }
})();

Deno.test({
  name: "a full disk is no_space, and the writer goes on" +
    (smallDisks ? "" : " (skipped: no unprivileged mount namespaces here)"),
  ignore: !smallDisks,
  fn: () => {
    const folder = Deno.makeTempDirSync({ prefix: "agentvfs-store-" });
    const output = onSmallDisk(folder, [Deno.execPath(), ...RUN, `${folder}/store`]);
    const lines = new TextDecoder().decode(output.stdout).trim().split("\n");
    assert.equal(new TextDecoder().decode(output.stderr), "");
    assert.ok(lines.length > 6, lines.join(" "));
    assert.deepEqual(lines.slice(-2), ["no_space", "closed"]);
    Deno.removeSync(folder, { recursive: true });
  },
});
