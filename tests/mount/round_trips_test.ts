/**
 * How many requests the kernel sends for one operation of a user: what the mount's speed comes from.
 *
 * The bounds are what was measured. A number that grows means that the kernel had to ask for something it had been
 * told before; one that shrinks belongs here.
 */

import assert from "node:assert/strict";
import { Bed } from "../bench/bed.ts";
import { ROUND_TRIPS } from "../bench/groups/round_trips.ts";
import { ranUnseen } from "../support/where_nobody_looks.ts";

/** Kinds that git sends a few of for its own files, which no bound is about. */
const GITS_OWN = 50;

/** Requests of one operation, by the name of the case. */
const AT_MOST: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  // The directory is looked up, and the first opendir of a mount is answered "not needed".
  "readdir of 1 000, first time": { LOOKUP: 1, GETATTR: 1, OPENDIR: 1, READDIRPLUS: 7 },
  "readdir of 1 000, seen": {},
  "stat, seen file": {},
  "stat, missing name, seen": {},
  "stat, missing name, first time": { LOOKUP: 1 },
  "readlink, seen": {},
  // The kernel counts a READ as an access, so it no longer knows the access time.
  "stat after a first read": { GETATTR: 1 },
  "open + read 4 KiB + close, seen file": {},
  // GETATTR is of the directory, whose times the previous operation changed; GETXATTR is of security.capability,
  // which the kernel wants to take away from a file that is written to.
  "create + write 4 KiB + close": { GETATTR: 1, LOOKUP: 1, CREATE: 1, GETXATTR: 1, WRITE: 1 },
  "open + pwrite 1 KiB + close, seen file": { WRITE: 1 },
  "open + pwrite 1 KiB + fsync + close, seen file": { WRITE: 1, FSYNC: 1 },
  "rename to a new name": { GETATTR: 1, LOOKUP: 1, RENAME: 1 },
  "unlink": { GETATTR: 1, UNLINK: 1, FORGET: 1 },
  // One LOOKUP for each file, a few for a directory where several threads of git come to it at once, a listing of
  // each directory, and git's own files: no file of the work tree is read. A listing counts as an access, so the kernel
  // may ask once more for the times of a directory after each: how often depends on whether its names are listed for
  // git before git looks at the directory, or between two looks.
  "git status, first, 10 000 files (quick: 2 000)": {
    LOOKUP: 2_200,
    READDIRPLUS: 60,
    READ: 40,
    GETATTR: 60 + GITS_OWN,
  },
  "git status, again": { LOOKUP: 5, READDIRPLUS: 5, READ: 5 },
};

Deno.test("requests for one operation", async (t) => {
  // A program that looks through the machine's directories meanwhile would be counted.
  if (await ranUnseen(import.meta.url)) return;
  const bed = Bed.make(undefined);
  try {
    const run = { bed, quick: true };
    const context = await ROUND_TRIPS.setUp(run);
    for (const { name, run: runCase } of ROUND_TRIPS.cases) {
      await t.step(name, async () => {
        const result = await runCase(context, run);
        assert.equal(result.kind, "round trips");
        if (result.kind !== "round trips") return;
        const bounds = AT_MOST[name];
        assert.ok(bounds !== undefined, `${name} has no bound`);
        const other = name.startsWith("git") ? GITS_OWN : 0;
        for (const [opcode, count] of Object.entries(result.requests)) {
          const most = bounds[opcode] ?? other;
          assert.ok(
            count <= most + 0.1,
            `${count} ${opcode} for "${name}", at most ${most} before`,
          );
        }
      });
    }
  } finally {
    await bed.end();
  }
});
