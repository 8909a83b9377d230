import assert from "node:assert/strict";
import { targetPath } from "./symlink.ts";

const ROWS: [parent: string, target: string, leadsTo: string][] = [
  ["\\\\?\\C:\\a\\b", "c", "\\??\\C:\\a\\b\\c"],
  ["\\\\?\\C:\\a\\b", "..\\.\\c", "\\??\\C:\\a\\c"],
  ["\\\\?\\C:\\a", "..\\..\\..\\c", "\\??\\C:\\c"],
  ["\\\\?\\C:\\", "c", "\\??\\C:\\c"],
  ["\\\\?\\C:\\a", "\\c\\d", "\\??\\C:\\c\\d"],
  ["\\\\?\\C:\\a", "D:\\c", "\\??\\D:\\c"],
  ["\\\\?\\UNC\\host\\share\\a", "..\\c", "\\??\\UNC\\host\\share\\c"],
];

for (const [parent, target, leadsTo] of ROWS) {
  Deno.test(`a link in ${parent} to ${target} leads to ${leadsTo}`, () => {
    assert.equal(targetPath(parent, target), leadsTo);
  });
}
