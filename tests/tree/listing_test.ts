/** Whoever lists a directory gets each name that is there all the time once, whichever servers answer. */

import assert from "node:assert/strict";
import type { Inode } from "../../src/tree/inode.ts";
import { create, unlink } from "../../src/tree/names.ts";
import { randomness, randomOperation } from "./fixture.ts";
import { type Listing, randomInode, withKernel } from "./kernel_model.ts";

const SEED = Number(Deno.env.get("AGENTVFS_SEED") ?? Date.now() % 1_000_000);
const RUNS = 15;
const STEPS = 500;
const FILE = 0o100644;

Deno.test("names that a checkpoint has put in another order come neither twice nor never", () =>
  withKernel((mount) => {
    const make = (name: string) => create(mount.tree, mount.tree.root, name, FILE, 0, 0, 0, null);
    for (const name of ["n", "m", "z", "l", "k", "gone", "y", "b"]) make(name);
    const listing = mount.openDirectory(mount.tree.root);
    listing.read(4);
    assert.deepEqual(listing.names, ["n", "m", "z", "l"]);
    for (const name of ["z", "gone"]) unlink(mount.tree, mount.tree.root, name, false);
    for (const name of ["a", "x"]) make(name);
    listing.changed();
    mount.checkpoint();
    mount.replace();
    listing.read(2);
    mount.checkpoint();
    mount.replace();
    listing.end();
    assert.deepEqual(new Set(listing.names), new Set([..."nmzlkybax"]));
    assert.equal(listing.names.length, 9);
  }));

Deno.test("random work, checkpoints and servers that take over do not disturb who lists", () => {
  console.log(`seed ${SEED}`);
  let ended = 0;
  for (let run = 0; run < RUNS; run++) {
    const random = randomness(SEED + run);
    const directory = (inode: Inode) => inode.isDirectory ? inode : inode.parent!;
    try {
      withKernel((mount) => {
        const listings: Listing[] = [];
        for (let step = 0; step < STEPS; step++) {
          randomOperation(mount.tree, random);
          mount.answer();
          for (const listing of listings) listing.changed();
          if (random(6) === 0) {
            listings.push(mount.openDirectory(directory(randomInode(mount.tree, random))));
          }
          if (listings.length > 0 && random(2) === 0) {
            listings[random(listings.length)]!.read(1 + random(4));
          }
          if (listings.length > 5) {
            listings.splice(random(listings.length), 1)[0]!.end();
            ended++;
          }
          if (random(25) === 0) mount.checkpoint();
          if (random(25) === 0) mount.replace();
        }
        for (const listing of listings) listing.end();
      });
    } catch (cause) {
      throw new Error(`Failed with seed ${SEED + run}`, { cause });
    }
  }
  assert.ok(ended > 100, `${ended} listings`);
});
