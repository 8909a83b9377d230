import assert from "node:assert/strict";
import { randomness, SEED } from "../../tests/support/random.ts";
import { foldedName, isDeviceName, shownName, shownPath, storedName } from "./names_utf16.ts";

const utf8 = (text: string) =>
  Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");

Deno.test("names that both sides have are the same characters", () => {
  for (const name of ["a", "Ärger", "日本語", "😀.txt", ".git", "a.b.c", "a b"]) {
    assert.equal(shownName(utf8(name)), name);
    assert.equal(storedName(name), utf8(name));
  }
});

Deno.test("what Windows cannot name stands in the private area", () => {
  assert.equal(shownName("a:b"), "a\uf03ab");
  assert.equal(shownName("\x01"), "\uf001");
  assert.equal(shownName("a\\b"), "a\uf05cb");
  assert.equal(shownName("a."), "a\uf02e");
  assert.equal(shownName("a.."), "a.\uf02e");
  assert.equal(shownName("a "), "a\uf020");
  assert.equal(shownName("a .b"), "a .b");
  assert.equal(shownName("\xff\xe4"), "\uf0ff\uf0e4");
  assert.equal(shownName("aux.c"), "\uf061ux.c");
  assert.equal(shownName("NUL"), "\uf04eUL");
  assert.equal(shownName("auxiliary"), "auxiliary");
});

Deno.test("a lone surrogate keeps its place, and a pair in six bytes is no pair", () => {
  assert.equal(storedName("a\ud800"), "a\xed\xa0\x80");
  assert.equal(shownName("a\xed\xa0\x80"), "a\ud800");
  assert.equal(shownName("\xed\xa0\x80\xed\xb0\x80").length, 6);
});

Deno.test("a stored name in the private area is not taken for what it would stand for", () => {
  const cygwins = utf8("a\uf03ab");
  assert.notEqual(shownName(cygwins), "a\uf03ab");
  assert.equal(storedName(shownName(cygwins)), cygwins);
});

Deno.test("devices are known by their name before the first dot", () => {
  for (const name of ["con", "Con.txt", "COM1", "lpt9.a.b", "nul .x", "CONIN$"]) {
    assert.ok(isDeviceName(name), name);
  }
  for (const name of ["cons", "com", "com10", "xnul", "nul-"]) assert.ok(!isDeviceName(name), name);
});

Deno.test("every stored name comes back from how it is shown, and no two are shown alike", () => {
  const random = randomness(SEED);
  const parts = [
    "a",
    "A",
    ".",
    " ",
    ":",
    "con",
    "aux",
    "\x80",
    "\xff",
    "\xed\xa0\x80",
    "\xed\xb0\x80",
    "\xc3\xa4",
    "\xef\x80\xba",
    "\xef\x82\x80",
    "\xef\x80\xae",
    "\xef\x81\xa1",
    "\xf0\x9f\x98\x80",
    "\\",
    "\x1f",
    "$",
  ];
  for (let i = 0; i < 20_000; i++) {
    let name = "";
    for (let k = 1 + random(5); k > 0; k--) name += parts[random(parts.length)];
    const shown = shownName(name);
    assert.equal(storedName(shown), name, `seed ${SEED}: ${JSON.stringify(name)}`);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(shown, /[\x00-\x1f<>:"|?*\\/]|[. ]$/, JSON.stringify(name));
    assert.ok(!isDeviceName(shown), JSON.stringify(name));
    assert.ok(shown.length <= name.length);
  }
});

Deno.test("paths are names", () => {
  assert.equal(shownPath(["a", "b:"]), "\\a\\b\uf03a");
  assert.equal(shownPath([]), "\\");
});

Deno.test("letters are folded as NTFS does: none into two, none into ASCII", () => {
  assert.equal(foldedName("aÄß\u0131\u017f"), "AÄß\u0131\u017f");
  assert.equal(foldedName("äσ"), "ÄΣ");
});
