import assert from "node:assert/strict";
import { splitCommandLine } from "../../../ffi/windows/command_line.ts";
import { shellAmong, shellCommand } from "./shell_word.ts";

/** The shell is the nearest one: what is between it and this process is no shell. */
const shell = (...names: string[]) => shellAmong(names);

const WORDS: [text: string, cmd: string, powershell: string, bash: string][] = [
  ["W:\\", "W:\\", "W:\\", "'W:\\'"],
  ["C:\\a-b\\c.d", "C:\\a-b\\c.d", "C:\\a-b\\c.d", "'C:\\a-b\\c.d'"],
  ["C:\\my dir\\", '"C:\\my dir\\\\"', "'C:\\my dir\\'", "'C:\\my dir\\'"],
  ["a&b", '"a&b"', "'a&b'", "'a&b'"],
  ["it's", '"it\'s"', "'it''s'", "'it'\\''s'"],
  ["it\u2019s", '"it\u2019s"', "'it\u2019\u2019s'", "'it\u2019s'"],
  ["$x", '"$x"', "'$x'", "'$x'"],
  ["100%", '^"100^%^"', "'100%'", "100%"],
  ['say "hi" & go', '^"say \\^"hi\\^" ^& go^"', "'say \"hi\" & go'", "'say \"hi\" & go'"],
  ["a,b", '"a,b"', "'a,b'", "a,b"],
  ["", '""', "''", "''"],
];

for (const [text, cmd, powershell, bash] of WORDS) {
  Deno.test(`one word in each shell of Windows: ${JSON.stringify(text)}`, () => {
    assert.equal(shell("cmd.exe").shellWord(text), cmd);
    assert.equal(shell("powershell.exe").shellWord(text), powershell);
    assert.equal(shell("bash.exe").shellWord(text), bash);
    // What cmd.exe takes away is taken away; programs then part the line.
    const seen = cmd.startsWith("^") ? cmd.replace(/\^(.)/g, "$1") : cmd;
    assert.deepEqual(splitCommandLine(`program ${seen}`), ["program", text]);
  });
}

Deno.test("the nearest shell is the one that a person sits at; else it is cmd.exe", () => {
  const line = (...names: string[]) => shell(...names).lineIn("D:\\a b", "claude");
  assert.equal(line("node.exe", "PwSh.exe", "cmd.exe"), "cd 'D:\\a b'; claude");
  assert.equal(line("agentvfs.exe", "bash.exe", "explorer.exe"), "cd 'D:\\a b' && claude");
  assert.equal(line("agentvfs.exe", "explorer.exe"), 'cd /d "D:\\a b" && claude');
});

Deno.test("a line that a person wrote goes to cmd.exe as it stands, with a file behind it", () => {
  const line = (...words: [string, ...string[]]) => shellCommand(...words).args.join(" ");
  assert.equal(line('npm test & echo "a b"'), '/d /s /c "npm test & echo "a b""');
  assert.equal(line("code -w", "C:\\a b\\x.diff"), '/d /s /c "code -w "C:\\a b\\x.diff""');
  assert.equal(shellCommand("x").windowsRawArguments, true);
});
