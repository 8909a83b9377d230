import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { type ParserOptions, readArguments, splitArguments } from "./arguments.ts";
import type { Command } from "./command.ts";
import { CommandError } from "./command_error.ts";

const COMMAND: Command = {
  prints: null,
  name: "sample",
  brief: "a command for tests",
  positionals: { usage: "[WORD…]", min: 0, max: 3 },
  options: {
    "dry-run": { short: "n", brief: "do nothing" },
    message: { value: "TEXT", short: "m", brief: "a text", aliases: ["text"], mayBeEmpty: true },
    from: { value: "DIR", brief: "a place" },
  },
  run: () => Promise.resolve(0),
};

function read(...args: string[]) {
  return readArguments(COMMAND, args);
}

function refusal(...args: string[]): CommandError {
  try {
    read(...args);
  } catch (error) {
    assert.ok(error instanceof CommandError);
    assert.equal(error.exit, 2);
    return error;
  }
  throw new assert.AssertionError({ message: `${args} were accepted` });
}

Deno.test("options and words mix in any order", () => {
  const input = read("a", "--message", "hello there", "b", "-n", "--json", "c");
  assert.deepEqual(input.positionals, ["a", "b", "c"]);
  assert.equal(input.values.get("message"), "hello there");
  assert.deepEqual([...input.flags], ["dry-run", "json"]);
});

Deno.test("values may follow an equals sign or the letter, and aliases mean their option", () => {
  assert.equal(read("--message=x=y").values.get("message"), "x=y");
  assert.equal(read("-mtext").values.get("message"), "text");
  assert.equal(read("--text", "z").values.get("message"), "z");
  assert.equal(read("-C", "/dir").values.get("project"), "/dir");
});

Deno.test("everything after -- is words", () => {
  const input = read("a", "--", "--message", "-n");
  assert.deepEqual(input.positionals, ["a", "--message", "-n"]);
  assert.deepEqual(input.afterDashes, ["--message", "-n"]);
  assert.equal(input.values.size, 0);
});

Deno.test("an unknown option is answered with the nearest one", () => {
  assert.equal(refusal("--mesage", "x").hint, "Did you mean --message?");
  assert.equal(refusal("--dryrun").hint, "Did you mean --dry-run?");
  assert.equal(refusal("--zzz").hint, "See agentvfs sample --help");
  assert.match(refusal("-z").message, /no option -z/);
});

Deno.test("options given twice, without their value or with one too many are refused", () => {
  assert.match(refusal("--json", "--json").message, /given twice/);
  assert.match(refusal("-m", "a", "--message", "b").message, /given twice/);
  assert.match(refusal("--message").message, /needs a value: TEXT/);
  assert.match(refusal("--json=yes").message, /takes no value/);
});

Deno.test("too many words are refused, but not where help is asked for", () => {
  assert.match(refusal("a", "b", "c", "d").message, /cannot make sense of "d"/);
  assert.ok(read("a", "b", "c", "d", "--help").flags.has("help"));
});

Deno.test("any command line is read or refused with exit code 2", () => {
  const word = fc.oneof(
    fc.constantFrom("--", "-", "-m", "-n", "--json", "--message", "--message=", "-nm", "--no-json"),
    fc.string(),
  );
  fc.assert(fc.property(fc.array(word, { maxLength: 6 }), (args) => {
    try {
      read(...args);
    } catch (error) {
      assert.ok(error instanceof CommandError, String(error));
      assert.equal(error.exit, 2);
    }
  }));
});

Deno.test("a command line is split as node's parser splits it", () => {
  const options: ParserOptions = {
    flag: { type: "boolean", short: "f" },
    "dry-run": { type: "boolean", short: "n" },
    message: { type: "string", short: "m" },
    text: { type: "string" },
  };
  const part = fc.constantFrom(
    "-",
    "--",
    "=",
    "f",
    "n",
    "m",
    "x",
    "flag",
    "message",
    "text",
    " ",
    "é",
  );
  const argument = fc.oneof(
    fc.array(part, { maxLength: 5 }).map((parts) => parts.join("")),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 6 }), (args) => {
      const parsed = parseArgs({ args, options, strict: false, tokens: true });
      const expected = parsed.tokens.map((token) => {
        if (token.kind === "option-terminator") return { kind: token.kind };
        if (token.kind === "positional") return { kind: token.kind, value: token.value };
        const { kind, name, rawName, value } = token;
        return { kind, name, rawName, value };
      });
      assert.deepEqual(splitArguments(args, options), expected);
    }),
    { numRuns: 5000 },
  );
});

Deno.test("what is empty is no name and no place, but may be a text", () => {
  assert.match(refusal("a", "").message, /^agentvfs sample was given an empty argument$/);
  assert.match(refusal("--", "").message, /empty argument/);
  assert.match(refusal("--from=").message, /^--from was given an empty value$/);
  assert.match(refusal("--from", "").hint!, /variable/);
  assert.equal(read("--message", "").values.get("message"), "");
  const texts = { ...COMMAND, positionals: { ...COMMAND.positionals, mayBeEmpty: true } } as const;
  assert.deepEqual(readArguments(texts, [""]).positionals, [""]);
  assert.throws(() => readArguments(texts, ["--from", ""]), CommandError);
  const runs = { ...COMMAND, runsProgram: true } as const;
  assert.deepEqual(readArguments(runs, ["echo", ""]).positionals, ["echo", ""]);
  assert.deepEqual([...read("--help", "").positionals], [""]);
});
