/** A server that takes over finds everything the kernel refers to, whatever it has forgotten besides. */

import type { Inode } from "../../src/tree/inode.ts";
import { create, link } from "../../src/tree/names.ts";
import { randomness, randomOperation } from "./fixture.ts";
import { randomInode, withKernel } from "./kernel_model.ts";

const SEED = Number(Deno.env.get("AGENTVFS_SEED") ?? Date.now() % 1_000_000);
const RUNS = 15;
const STEPS = 400;
const FILE = 0o100644;
const DIRECTORY = 0o040755;

Deno.test("a file is found by a directory that the kernel has forgotten", () =>
  withKernel((mount) => {
    const { tree } = mount;
    const make = (parent: Inode, name: string, mode: number) =>
      create(tree, parent, name, mode, 0, 0, 0, null) as Inode;
    const directories = ["a", "b"].map((name) => make(tree.root, name, DIRECTORY));
    const file = make(directories[0]!, "first", FILE);
    link(tree, file, directories[1]!, "second");
    mount.checkpoint();
    for (const inode of [...directories, file]) mount.lookup(inode);
    mount.forget(directories[0]!.nodeId);
    for (let i = 0; i < 3; i++) mount.replace();
  }));

Deno.test("whatever is looked up and forgotten, the next server knows what is left", () => {
  console.log(`seed ${SEED}`);
  for (let run = 0; run < RUNS; run++) {
    const random = randomness(SEED + run);
    try {
      withKernel((mount) => {
        for (let step = 0; step < STEPS; step++) {
          randomOperation(mount.tree, random);
          mount.answer();
          if (random(2) === 0) mount.lookup(randomInode(mount.tree, random));
          if (random(3) === 0) mount.forgetSome(random);
          if (random(25) === 0) mount.checkpoint();
          if (random(25) === 0) mount.replace();
        }
      });
    } catch (cause) {
      throw new Error(`Failed with seed ${SEED + run}`, { cause });
    }
  }
});
