/** Values go into a JSON text and come out again, and what else is in it is not touched. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { insert, type JsonEdit, remove } from "./edit_json.ts";
import { parseJson, valueOf } from "./json_nodes.ts";

const read = (text: string) => valueOf(text, parseJson(text));

/** Puts all in, checks that they are there, takes them out, and checks that it is what it was. */
function there(text: string, ...edits: JsonEdit[]): string {
  let edited = text;
  const insertions = [];
  for (const edit of edits) {
    const done = insert(edited, edit);
    assert.notEqual(done, null, `${JSON.stringify(edit)} into\n${edited}`);
    edited = done!.text;
    insertions.push(done!.insertion);
    assert.equal(insert(edited, edit), null, "it is there already");
  }
  let back = edited;
  for (const insertion of insertions.toReversed()) back = remove(back, insertion);
  assert.equal(back, text);
  return edited;
}

const set = (path: string, value: unknown): JsonEdit => ({ path: path.split("."), value });
const add = (path: string, value: unknown): JsonEdit => ({
  path: path.split("."),
  value,
  item: true,
});

Deno.test("a value is put in as the file is written", () => {
  assert.equal(there('{\n  "a": 1\n}\n', set("b", [1])), '{\n  "a": 1,\n  "b": [\n    1\n  ]\n}\n');
  assert.equal(
    there('{\n\t"a": 1\n}\n', set("b.c", 2)),
    '{\n\t"a": 1,\n\t"b": {\n\t\t"c": 2\n\t}\n}\n',
  );
  assert.equal(there('{"a":1}', set("b.c", 2)), '{"a":1,"b":{"c":2}}');
  assert.equal(there('{ "a": 1 }', set("b.c", 2)), '{ "a": 1, "b": {"c":2} }');
  assert.equal(there("{}", set("a", 1)), '{\n  "a": 1\n}');
  assert.equal(
    there('{\r\n    "a": {}\r\n}', set("a.b", 1)),
    '{\r\n    "a": {\r\n        "b": 1\r\n    }\r\n}',
  );
  assert.equal(there("\ufeff{\n}\n", set("a", 1)), '\ufeff{\n  "a": 1\n}\n');
  assert.equal(there('{"a":[1]}', add("a", 2)), '{"a":[1,2]}');
  assert.equal(there("{}", add("a.b", 2)), '{\n  "a": {\n    "b": [\n      2\n    ]\n  }\n}');
});

Deno.test("comments and trailing commas stay where they are", () => {
  const commented =
    '// top\n{\n  "a": 1, // one\n  "b": 2 /* two, */ // , still two\n  // the end\n}\n';
  const edited = there(commented, set("c", 3), set("d.e", 4));
  assert.deepEqual(read(edited), { a: 1, b: 2, c: 3, d: { e: 4 } });
  assert.match(edited, /"b": 2, \/\* two, \*\/ \/\/ , still two\n {2}\/\/ the end\n {2}"c": 3/);
  there('{\n  "a": [\n    1,\n  ],\n}\n', add("a", 2), set("b", 1));
  there("{ // nothing yet\n}", set("a", 1));
  there("{ /* nothing yet */ }", set("a.b.c", 1), set("a.b.d", 1), add("a.e", 1));
});

Deno.test("what came in meanwhile stays when ours is taken out", () => {
  const { text, insertion } = insert("{}", add("hooks.Stop", { ours: true }))!;
  const theirs = insert(text, add("hooks.Stop", "theirs"))!.text;
  assert.deepEqual(read(remove(theirs, insertion)), { hooks: { Stop: ["theirs"] } });
  const before = insert('{ "hooks": {} }', set("hooks.a", 1))!;
  const first = before.text.replace('"a"', '"user": 2, "a"');
  assert.deepEqual(read(remove(first, before.insertion)), { hooks: { user: 2 } });
  const last = before.text.replace("1", '1, "user": 2');
  assert.deepEqual(read(remove(last, before.insertion)), { hooks: { user: 2 } });
  // A program may write the file anew, or somebody may have changed or removed it.
  const anew = JSON.stringify(read(text));
  assert.equal(remove(anew, insertion), "{}");
  assert.equal(
    remove('{"hooks":{"Stop":[{"ours":false}]}}', insertion),
    '{"hooks":{"Stop":[{"ours":false}]}}',
  );
  assert.equal(remove('{"other":1}', insertion), '{"other":1}');
});

Deno.test("what is there is not written over", () => {
  assert.equal(insert('{"a":1}', set("a", 2)), null);
  assert.equal(insert('{"a":1}', set("a.b", 2)), null);
  assert.equal(insert('{"a":{}}', add("a", 2)), null);
  assert.equal(insert('{"a":[{"x":1,"y":2}]}', add("a", { y: 2, x: 1 })), null);
  assert.equal(insert("[]", set("a", 2)), null);
});

Deno.test("what is no JSON is refused, and says where", () => {
  for (
    const wrong of [
      "",
      "{",
      '{"a" 1}',
      '{"a":1 "b":2}',
      '{"a":tru}',
      "{} {}",
      '{"a\n":1}',
      "{a:1}",
      "/* ",
      '{"\\x":1}',
    ]
  ) {
    assert.throws(() => parseJson(wrong), /^SyntaxError: line \d+, column \d+: /, wrong);
  }
  assert.throws(() => parseJson("[".repeat(100_000)), /too deeply nested/);
});

Deno.test("any JSON, however it is written, comes back to the byte", () => {
  const key = fc.constantFrom("a", "b", "c", "hooks");
  const json = fc.letrec((tie) => ({
    object: fc.dictionary(key, tie("value"), { maxKeys: 3 }),
    value: fc.oneof(
      { maxDepth: 3 },
      fc.integer(),
      fc.string({ maxLength: 4 }),
      fc.array(tie("value"), { maxLength: 2 }),
      tie("object"),
    ),
  }));
  const edit = fc.record({
    path: fc.array(key, { minLength: 1, maxLength: 3 }),
    value: fc.oneof(fc.constant("ours"), fc.constant({ ours: [1, { x: "y" }] })),
    item: fc.boolean(),
  }).map(({ item, ...rest }): JsonEdit => item ? { ...rest, item } : rest);
  fc.assert(fc.property(
    json.object,
    fc.constantFrom(undefined, 2, "\t"),
    fc.constantFrom("\n", "\r\n"),
    fc.constantFrom("", "\ufeff", "// c\n"),
    fc.array(edit, { minLength: 1, maxLength: 4 }),
    (value, space, newline, before, edits) => {
      const text = before + JSON.stringify(value, null, space).replaceAll("\n", newline);
      let edited = text;
      const insertions = [];
      for (const edit of edits) {
        const done = insert(edited, edit);
        if (done === null) continue;
        edited = done.text;
        insertions.push(done.insertion);
        let at: unknown = read(edited);
        for (const name of edit.path) at = (at as Record<string, unknown>)[name];
        assert.deepEqual(edit.item ? (at as unknown[]).at(-1) : at, edit.value);
      }
      for (const insertion of insertions.toReversed()) edited = remove(edited, insertion);
      assert.equal(edited, text);
    },
  ));
});
