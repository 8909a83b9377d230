/** Whoever lists a directory gets each name that is there all the time once, whichever servers answer. */

import assert from "node:assert/strict";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { unlink } from "../../src/tree/operations/names.ts";
import { make, randomOperation } from "./fixture.ts";
import { type Listing, randomInode, randomlyWithKernel, withKernel } from "./kernel_model.ts";

const RUNS = 15;
const STEPS = 500;
const FILE = 0o100644;

Deno.test("names that a checkpoint has put in another order come neither twice nor never", () =>
  withKernel((mount) => {
    for (const name of ["n", "m", "z", "l", "k", "gone", "y", "b"]) {
      make(mount.tree, mount.tree.root, name, FILE);
    }
    const listing = mount.openDirectory(mount.tree.root);
    listing.read(4);
    assert.deepEqual(listing.names, ["n", "m", "z", "l"]);
    for (const name of ["z", "gone"]) unlink(mount.tree, mount.tree.root, name, false);
    for (const name of ["a", "x"]) make(mount.tree, mount.tree.root, name, FILE);
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

Deno.test("where a listing stopped is known to all servers, whatever becomes of the name there", () =>
  withKernel((mount) => {
    for (const name of "abcde") make(mount.tree, mount.tree.root, name, FILE);
    const [partly, whole] = [
      mount.openDirectory(mount.tree.root),
      mount.openDirectory(mount.tree.root),
    ];
    partly.read(3);
    assert.deepEqual(partly.names, ["a", "b", "c"]);
    for (const name of "cab") {
      unlink(mount.tree, mount.tree.root, name, false);
      mount.answer();
      for (const listing of [partly, whole]) listing.changed();
      // What the next server loads is what is stored.
      mount.checkpoint();
      for (let i = 0; i < 2; i++) mount.replace();
    }
    partly.end();
    whole.end();
    assert.deepEqual(partly.names, [..."abcde"]);
    assert.deepEqual(whole.names, ["d", "e"]);
  }));

Deno.test("random work, checkpoints and servers that take over do not disturb who lists", () => {
  let ended = 0;
  const directory = (inode: Inode) => inode.isDirectory ? inode : inode.parent!;
  randomlyWithKernel(RUNS, (mount, random) => {
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
  assert.ok(ended > 100, `${ended} listings`);
});
