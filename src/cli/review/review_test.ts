import assert from "node:assert/strict";
import type { Hunk, ReviewItem } from "../../control/service/merge.ts";
import { isNothing } from "./choices.ts";
import { Review } from "./review.ts";

function hunk(at: number, ...lines: string[]): Hunk {
  return { oldStart: at, newStart: at, lines: lines.map((line) => `${line}\n`) };
}

function item(
  path: string,
  hunks: Hunk[] | null,
  details: ReviewItem["change"]["details"] = ["content"],
) {
  const change = { status: "M" as const, path, kind: "file", details };
  return { change, paths: 1, hunks, divisible: hunks !== null };
}

const TWO = hunk(20, "-x", "+X", " between", "-y", "+Y");
const ITEMS: ReviewItem[] = [
  item("text", [hunk(1, "-a", "+A"), TWO, hunk(40, "+grün")]),
  item("script", [hunk(1, "-1", "+2")], ["content", "mode"]),
  { ...item("new", null), divisible: false },
];
/** By number: 1 to 3 of the text, 4 and 5 of the script, 6 what is new. */
const NUMBERS = 6;

const part = (item: number, ...hunks: number[]) => ({ item, attributes: false, hunks, edited: [] });
const X = { oldStart: 20, lines: ["-x\n", "+X\n", " between\n"] };
const Y = { oldStart: 21, lines: [" between\n", "-y\n", "+Y\n"] };

/** What is typed, and what is taken then. */
const CASES: readonly [typed: string, taken: Review["choices"], isOver?: boolean][] = [
  ["y y y y y y", { all: true }],
  ["A", { all: true }],
  ["n n n n n n", { whole: [], parts: [] }],
  ["q", { whole: [], parts: [] }],
  ["y q", { whole: [], parts: [part(0, 0)] }],
  ["y n y n y n", { whole: [], parts: [part(0, 0, 2), part(1, 0)] }],
  ["d y n y", { whole: [2], parts: [{ ...part(1), attributes: true }] }],
  ["a d y", { whole: [0, 2], parts: [] }],
  ["n a d y", { whole: [2], parts: [part(0, 1, 2)] }],
  ["n A", { whole: [1, 2], parts: [part(0, 1, 2)] }],
  ["j j y", { whole: [], parts: [part(0, 2)] }, false],
  ["J J K y", { whole: [], parts: [part(0, 1)] }, false],
  // After the last one come those before it that are not decided.
  ["g6 y y q", { whole: [2], parts: [part(0, 0)] }],
  ["g 6 n n n n n y", { whole: [], parts: [part(1, 0)] }],
  ["y j y k n q", { whole: [], parts: [part(0, 0, 2)] }],
  ["y K n q", { whole: [], parts: [] }],
  ["y y g1 n q", { whole: [], parts: [part(0, 1)] }],
  ["y g1 d j q", { whole: [], parts: [] }],
  ["/gr.n y q", { whole: [], parts: [part(0, 2)] }],
  ["/script /^\\+2 y q", { whole: [], parts: [part(1, 0)] }],
  // The parts of a hunk that was split are sent as they are; all of them are the hunk.
  ["j s y n q", { whole: [], parts: [{ ...part(0), edited: [X] }] }],
  ["j s n y q", { whole: [], parts: [{ ...part(0), edited: [Y] }] }],
  ["y s y y y q", { whole: [], parts: [{ ...part(0, 0, 2), edited: [X, Y] }] }],
];

for (const [typed, taken, isOver = true] of CASES) {
  Deno.test(`typed in a review: ${typed}`, () => {
    const review = new Review(ITEMS);
    for (const line of typed.split(" ").flatMap(joinWords(typed))) {
      assert.ok(!review.isOver, line);
      const reply = review.answer(line);
      assert.ok("show" in reply, `${line}: ${JSON.stringify(reply)}`);
    }
    assert.equal(review.isOver, isOver);
    assert.deepEqual(review.choices, taken);
    assert.equal(
      isNothing(review.choices),
      !taken.all && taken.whole!.length + taken.parts!.length === 0,
    );
  });
}

/** `g 6` is one line. */
function joinWords(typed: string) {
  return (word: string, i: number, words: string[]) => {
    if (word === "g" && typed.includes("g 6")) return [`g ${words[i + 1]}`];
    return words[i - 1] === "g" ? [] : [word];
  };
}

Deno.test("only keys that mean something are offered, and the others say why they do not", () => {
  const review = new Review(ITEMS);
  assert.equal(review.keys.join(""), "ynqadAjJg/ep?");
  assert.deepEqual(review.answer("K"), { say: "There is nothing before this" });
  assert.deepEqual(review.answer("s"), { say: "This cannot be split" });
  review.answer("y");
  assert.equal(review.keys.join(""), "ynqadAKjJg/sep?");
  review.answer("g6");
  assert.equal(review.keys.join(""), "ynqadAkKg/p?");
  assert.deepEqual(review.answer("e"), { say: "Only hunks of changed text files can be edited" });
  assert.deepEqual(review.answer("x"), { say: "Type ? for the keys" });
  assert.deepEqual(review.answer(""), { show: true });
  assert.deepEqual(review.answer("?"), { open: "help" });
  assert.deepEqual(review.answer("p"), { open: "pager" });
  const alone = new Review([item("f", [hunk(1, "+a")])]);
  assert.equal(alone.keys.join(""), "ynqadep?");
  assert.ok(new Review([]).isOver);
});

Deno.test("where to go and what to search for can be asked for, and may not be there", () => {
  const review = new Review(ITEMS);
  assert.deepEqual(review.answer("g"), { ask: "Go to which one", key: "g", list: true });
  assert.deepEqual(review.answer("/"), { ask: "Search for what", key: "/", list: false });
  for (const where of ["0", "7", "x", "1.5"]) {
    const say = `There is no ${where}; they are 1 to ${NUMBERS}`;
    assert.deepEqual(review.answer(`g ${where}`), { say });
  }
  assert.deepEqual(review.answer("/nowhere"), { say: "Nothing matches nowhere" });
  assert.deepEqual(review.answer("/("), { say: "( is no regular expression" });
  assert.equal(review.number, 1);
});

Deno.test("a hunk that was edited is taken as it is then, or left if nothing is left of it", () => {
  const review = new Review(ITEMS);
  assert.deepEqual(review.answer("e"), { open: "editor" });
  assert.equal(review.edited("-a\nx\n"), "no hunk");
  assert.equal(review.edited("-b\n+B\n"), "does not fit");
  assert.deepEqual(review.edited("# nothing\n"), { say: "The hunk stays as it was" });
  assert.equal(review.current.taken, null);
  assert.deepEqual(review.edited("@@ @@\n-a\n+Ä\n"), { show: true });
  assert.deepEqual(review.edited(" x\n between\n y\n"), { show: true });
  review.answer("q");
  const edited = [{ oldStart: 1, lines: ["-a\n", "+Ä\n"] }];
  assert.deepEqual(review.choices, { whole: [], parts: [{ ...part(0), edited }] });
});
