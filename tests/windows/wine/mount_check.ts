/** Runs under wine: where volumes are to be seen. Prints a line for each thing that is as it should be. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { defineDrive, driveTarget } from "../../../ffi/windows/drive.ts";
import { freeDrive, isWithin, listMounts, MOUNT_TYPE, mountAt } from "../../../src/host/mounts.ts";
import { unmount } from "../../../src/host/unmount.ts";

const VOLUME = "\\Device\\Volume{01234567-89ab-cdef-0123-456789abcdef}";

assert.ok(
  isWithin("C:\\a\\b", "c:\\A") && isWithin("C:/a", "C:\\a\\") && isWithin("X:\\a", "X:\\"),
);
assert.ok(!isWithin("C:\\ab", "C:\\a") && !isWithin("C:\\a", "C:\\a\\b"));
assert.ok(driveTarget("C:")!.startsWith("\\Device\\"));
assert.equal(driveTarget("Q:"), null);
assert.equal(await mountAt("C:\\"), null);
assert.equal(await mountAt("Q:\\"), null);
assert.deepEqual(await listMounts(), []);
done("disks are no mounts");

const last = (await freeDrive())!;
assert.match(last, /^[C-Z]:\\$/);
assert.ok(defineDrive(last.slice(0, 2), VOLUME));
const before = (await freeDrive())!;
assert.ok(before < last, `${before} is before ${last}`);
assert.equal(await unmount(last, false), "unmounted");
assert.equal(await freeDrive(), last);
done("the last letter that is free is found");

assert.ok(defineDrive("Q:", VOLUME));
const mount = { path: "Q:\\", root: "/", type: MOUNT_TYPE, device: VOLUME };
assert.deepEqual(await mountAt("q:\\"), { ...mount, path: "q:\\" });
assert.deepEqual(await listMounts(), [mount]);
assert.equal(await unmount("Q:\\", false), "unmounted");
assert.equal(driveTarget("Q:"), null);
done("a volume at a letter is found, and taken away");

const directory = Deno.makeTempDirSync();
const folder = join(directory, "project");
Deno.mkdirSync(folder);
assert.equal(await mountAt(folder), null);
assert.equal(await mountAt(join(directory, "none")), null);
assert.ok(typeof await unmount(folder, false) === "object");
assert.ok(Deno.statSync(folder).isDirectory);
done("a folder that stands for nothing is none, and stays");
Deno.removeSync(directory, { recursive: true });
Deno.exit(0);

function done(what: string): void {
  console.log(`ok ${what}`);
}
