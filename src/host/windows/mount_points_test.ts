import assert from "node:assert/strict";
import { volumeOf } from "./mount_points.ts";
import { isWithin } from "./mounts.ts";

const VOLUME = "\\Device\\Volume{01234567-89ab-cdef-0123-456789abcdef}";

Deno.test("volumes of WinFsp are told from disks and junctions", () => {
  assert.equal(volumeOf(VOLUME), VOLUME);
  assert.equal(volumeOf(`${VOLUME}\\`), VOLUME);
  for (
    const other of [
      "",
      "\\Device\\HarddiskVolume3",
      "\\??\\C:\\work",
      "\\??\\Volume{01234567-89ab-cdef-0123-456789abcdef}\\",
      `${VOLUME}\\below`,
    ]
  ) assert.equal(volumeOf(other), null, other);
});

Deno.test("a path is within a folder however it is spelled", () => {
  assert.ok(isWithin("C:\\a\\b", "c:\\A"));
  assert.ok(isWithin("C:/a/b", "C:\\a\\"));
  assert.ok(isWithin("X:\\a", "X:\\"));
  assert.ok(isWithin("X:\\", "X:"));
  assert.ok(!isWithin("C:\\ab", "C:\\a"));
  assert.ok(!isWithin("C:\\a", "C:\\a\\b"));
});
