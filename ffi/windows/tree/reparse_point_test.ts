import assert from "node:assert/strict";
import { cString } from "../../binary_string.ts";
import { handlePath, parseHandlePath } from "../handle_path.ts";
import { ReparseTag } from "../nt_file.ts";
import { junctionData, reparseData, symlinkData } from "../reparse_data.ts";
import { parseMountPoint, parseTarget } from "./reparse_point.ts";
import { shownTarget, storedTarget } from "../symlink_target.ts";

const junction = (target: string) => junctionData({ target, isRelative: false });

for (const target of ["a", "../a/b", "/a", "C:/a b/c", "a:b/aux.c/\xff", "./a./b"]) {
  Deno.test(`a symlink to ${target} is read as it was made`, () => {
    assert.equal(storedTarget(shownTarget(target)), target);
    assert.equal(parseTarget(symlinkData(shownTarget(target))), target);
  });
}

Deno.test("a junction is a link by its whole path, and WSL's links have theirs as bytes", () => {
  for (const target of ["\\??\\C:\\work\\naïve", "\\??\\C:\\work\\naïve\\"]) {
    assert.equal(parseTarget(junction(target)), "C:/work/na\xc3\xafve/");
  }
  const shown = shownTarget("C:/work/na\xc3\xafve/");
  assert.equal(parseTarget(junctionData(shown)), "C:/work/na\xc3\xafve/");
  const wsl = new Uint8Array([2, 0, 0, 0, ...cString("a/\xff").subarray(0, -1)]);
  assert.equal(parseTarget(reparseData(ReparseTag.LX_SYMLINK, wsl)), "a/\xff");
});

Deno.test("a mount point says which volume it stands for", () => {
  const volume = "\\Device\\Volume{01234567-89ab-cdef-0123-456789abcdef}";
  assert.equal(parseMountPoint(junction(`${volume}\\`)), `${volume}\\`);
  assert.equal(parseMountPoint(symlinkData(shownTarget("a"))), null);
});

Deno.test("reparse data that is cut, or of nothing that is a link, has no target", () => {
  const whole = junction("\\??\\C:\\work");
  for (let length = 0; length < 24; length++) {
    assert.equal(parseTarget(whole.subarray(0, length)), null);
  }
  whole.set([0xff, 0xff], 8 + 2);
  assert.equal(parseTarget(whole), null);
  assert.equal(parseTarget(reparseData(ReparseTag.LX_FIFO, new Uint8Array())), null);
});

Deno.test("a path that begins at something open is told from all others", () => {
  assert.deepEqual(parseHandlePath(handlePath(84, "a:b")), { handle: 84, name: "a:b" });
  assert.deepEqual(parseHandlePath(handlePath(84)), { handle: 84, name: "" });
  assert.equal(parseHandlePath(cString("C:\\a")), null);
});
