import assert from "node:assert/strict";
import { splitCommandLine } from "./command_line.ts";

const LINES: [line: string, args: string[]][] = [
  ["cmd", ["cmd"]],
  ["cmd  /c\tdir ", ["cmd", "/c", "dir"]],
  ['"C:\\Program Files\\a.exe" x', ["C:\\Program Files\\a.exe", "x"]],
  ['"C:\\a\\"x y', ["C:\\a\\", "x", "y"]],
  ['a "b c" d', ["a", "b c", "d"]],
  ['a "" b', ["a", "", "b"]],
  ['a b"c d"e', ["a", "bc de"]],
  ["a b\\c \\\\d\\ e", ["a", "b\\c", "\\\\d\\", "e"]],
  ['a "b\\\\" c', ["a", "b\\", "c"]],
  ['a \\"b c', ["a", '"b', "c"]],
  ['a "b \\"c\\" d"', ["a", 'b "c" d']],
  ['a \\\\\\"b', ["a", '\\"b']],
  ['a "b""c" d', ["a", 'b"c', "d"]],
  ['a "not ended', ["a", "not ended"]],
  ["", [""]],
];

for (const [line, args] of LINES) {
  Deno.test(`a command line is parted as programs part it: ${line}`, () => {
    assert.deepEqual(splitCommandLine(line), args);
  });
}
