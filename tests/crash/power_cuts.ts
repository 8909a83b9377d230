/**
 * Power cuts on a real file system: an ext4 in a file, copied while a writer works on it, mounted elsewhere and
 * recovered. Needs root, loop devices and mkfs.ext4.
 *
 * ```sh
 * deno run -A tests/crash/power_cuts.ts 20
 * ```
 *
 * The writer is stopped while the image is copied, and the copy is taken again until two are the same: then the
 * kernel wrote nothing meanwhile and the image is one that existed at an instant. What the file system had not
 * sent to the device is missing, as after a cut. What the device had taken and not flushed is there: a disk that
 * loses its own cache is not imitated.
 *
 * @module
 */

import assert from "node:assert/strict";
import { read } from "../../src/tree/operations/data.ts";
import { randomness } from "../support/random.ts";
import { succeed } from "../support/process.ts";
import { scriptPath } from "../support/python.ts";
import { withTemporary } from "../support/temporary.ts";
import { openPlace } from "./power_cut_place.ts";
import { textOf } from "./power_cut_writer.ts";

const IMAGE_MIB = 256;
const TRIES = 20;

export interface CutReport {
  /** Files that were promised to be there, and files that were. */
  readonly promised: number;
  readonly found: number;
}

/** Rejects if something that was promised is not there, or something is that was never written. */
export async function powerCut(seed: number): Promise<CutReport> {
  try {
    return await withTemporary((directory) => cut(directory, randomness(seed)));
  } catch (error) {
    throw new Error(`Failed in the power cut of seed ${seed}`, { cause: error });
  }
}

async function cut(directory: string, random: (below: number) => number): Promise<CutReport> {
  const at = (name: string) => `${directory}/${name}`;
  await succeed(["truncate", "-s", `${IMAGE_MIB}M`, at("image")]);
  await succeed(["mkfs.ext4", "-q", "-F", at("image")]);
  for (const name of ["before", "after"]) await Deno.mkdir(at(name));
  await succeed(["mount", "-o", "loop", at("image"), at("before")]);
  const writer = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", scriptPath(import.meta.url, "power_cut_writer.ts")],
      ...[at("before"), at("promises")],
    ],
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  try {
    await new Promise((resolve) => setTimeout(resolve, 900 + random(2500)));
    writer.kill("SIGSTOP");
    // Read once it cannot promise any more: all of this was durable before the copy.
    const promised = lastPromise(at("promises"));
    await copyStill(at("image"), at("copy"));
    await succeed(["mount", "-o", "loop", at("copy"), at("after")]);
    return { promised: promised + 1, found: check(at("after"), promised) };
  } finally {
    try {
      writer.kill("SIGKILL");
    } catch { /* it has ended */ }
    await writer.status;
  }
}

function lastPromise(path: string): number {
  try {
    return Number(Deno.readTextFileSync(path).trimEnd().split("\n").at(-1) || -1);
  } catch {
    return -1;
  }
}

async function copyStill(from: string, to: string): Promise<void> {
  const copy = (path: string) => succeed(["cp", "--reflink=never", "--sparse=always", from, path]);
  await copy(to);
  for (let i = 0; i < TRIES; i++) {
    await copy(`${to}.again`);
    const { success } = await new Deno.Command("cmp", { args: ["-s", to, `${to}.again`] }).output();
    if (success) return await Deno.remove(`${to}.again`);
    await Deno.rename(`${to}.again`, to);
  }
  throw new Error("The image never stood still");
}

/** Returns how many files there are: all that were promised, and none that is not what was written. */
function check(directory: string, promised: number): number {
  const { store, tree, report } = openPlace(directory);
  try {
    assert.equal(report.damage, null);
    let found = 0;
    while (true) {
      const inode = tree.lookup(tree.root, String(found));
      if (typeof inode === "number") break;
      const bytes = new Uint8Array(inode.size);
      assert.equal(read(tree, inode, 0, bytes, 0, bytes.length), bytes.length);
      const text = new TextDecoder().decode(bytes);
      const last = tree.lookup(tree.root, String(found + 1)) !== inode &&
        typeof tree.lookup(tree.root, String(found + 1)) === "number";
      // The last one may have been made and not written yet.
      if (!(last && found > promised && text === "")) assert.equal(text, textOf(found));
      found++;
    }
    assert.ok(found > promised, `${promised + 1} files were promised, ${found} are there`);
    assert.equal(tree.root.directory!.entries!.size, found, "files that were never made");
    return found;
  } finally {
    tree.journal.close();
    store.close();
  }
}

if (import.meta.main) {
  const cuts = Number(Deno.args[0] ?? 20);
  let promised = 0;
  let found = 0;
  for (let seed = 1; seed <= cuts; seed++) {
    const report = await powerCut(seed);
    promised += report.promised;
    found += report.found;
    if (seed % 10 === 0) console.error(`${seed} cuts`);
  }
  console.log(JSON.stringify({ cuts, promised, found }));
}
