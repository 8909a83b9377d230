/** What docs/filters.md says of filters is what they are; src/filters/packed_event_test.ts holds its table of fields. */

import assert from "node:assert/strict";
import { actionNames } from "../../src/filters/action_numbers.ts";
import { answerOf, MOST_NOTES } from "../../src/filters/answer.ts";
import { ANSWER_DEADLINE_MS } from "../../src/filters/ask_lane.ts";
import { luaMachine } from "../../src/filters/lua_filter.ts";
import { judged } from "../../src/filters/testing/judged.ts";
import { codeIn, pageText, says, tableBelow } from "./page_table.ts";

const PAGE = await pageText("filters.md");
const MEMORY = 32 * 1024 * 1024;

/** What a filter in Lua says of an event. */
async function saidBy(text: string) {
  const filter = (await luaMachine(MEMORY)).load(new TextEncoder().encode(text), "test.lua");
  const event = { provider: "mount", action: "create", path: "/p/a", time: 0 } as const;
  return judged(filter, [event])[0] ?? null;
}

Deno.test("docs/filters.md has the number of each operation", () => {
  const listed = /\nOperations: ([^]*?)\n\n/.exec(PAGE)![1]!.replaceAll(/\s+/g, " ");
  const numbers = [...listed.matchAll(/(\d+) ([a-z-]+)(?=[,;])/g)]
    .filter(([, number]) => Number(number) < 28).map(([, number, name]) => [Number(number), name]);
  assert.deepEqual(numbers, actionNames().slice(0, 28).map((name, number) => [number, name]));
});

Deno.test("docs/filters.md has the libraries of Lua that are there, and no others", async () => {
  const [, libraries, without] = /with the libraries ([^]*?) and the base library without ([^]*?)\./
    .exec(PAGE)!;
  const answer = await saidBy(`function on_event(ev)
    local names = {}
    for name, value in pairs(_G) do
      if type(value) == "table" and name ~= "_G" then names[#names + 1] = name end
    end
    return { tags = names }
  end`);
  assert.deepEqual([...answer!.tags].sort(), codeIn(libraries!).sort());
  for (const name of codeIn(without!)) {
    const there = await saidBy(`function on_event() return ${name} == nil and "deny" or nil end`);
    assert.equal(there!.verdict, "deny", name);
  }
  for (
    const name of ["assert", "error", "ipairs", "pairs", "pcall", "select", "tonumber", "type"]
  ) {
    const there = await saidBy(`function on_event() return ${name} ~= nil and "deny" or nil end`);
    assert.equal(there!.verdict, "deny", name);
  }
});

Deno.test("docs/filters.md has what on_event may return", async () => {
  const words = codeIn(/returns nothing, a word \(([^]*?)\)/.exec(PAGE)![1]!);
  const said = await Promise.all(
    words.map((word) => saidBy(`function on_event() return ${word} end`)),
  );
  assert.deepEqual(said.map((answer) => answer!.drop ? "drop" : answer!.verdict), [
    ...["allow", "watch", "deny", "drop"],
  ]);
  assert.ok(says(PAGE, "a number (0 allow, 1 watch, 2 deny)"));
  for (const [number, verdict] of ["allow", "watch", "deny"].entries()) {
    assert.equal((await saidBy(`function on_event() return ${number} end`))!.verdict, verdict);
  }
  const table = /```lua\n(return [^]*?)```/.exec(PAGE)![1]!;
  const answer = await saidBy(`function on_event() ${table} end`);
  assert.deepEqual({ ...answer, extra: { ...answer!.extra } }, {
    verdict: "watch",
    drop: false,
    cacheable: true,
    tags: ["one", "more"],
    extra: { ticket: "A-7" },
  });
});

Deno.test("docs/filters.md has the bits that a filter in Wasm returns, and the limits", () => {
  const bits = tableBelow(PAGE, "**With the event.**").map(([bits]) => bits);
  assert.deepEqual(bits, ["0–1", "2", "8", "9"]);
  const said = [0, 1, 2, 4, 1 << 8].map((word) => answerOf(word)!);
  assert.deepEqual(said.map(({ verdict }) => verdict), [
    "allow",
    "watch",
    "deny",
    "allow",
    "allow",
  ]);
  assert.deepEqual([said[3]!.drop, said[4]!.cacheable], [true, true]);
  assert.ok(says(PAGE, `their length in the lower, ${MOST_NOTES} bytes at most`));
  assert.ok(says(PAGE, `waits, at most ${ANSWER_DEADLINE_MS} ms`));
});
