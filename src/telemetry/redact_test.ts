import assert from "node:assert/strict";
import { redactArguments } from "./redact.ts";

Deno.test("what looks like a secret is left out of arguments, and nothing else", () => {
  const args = [
    ["git", "commit", "-m", "add the token parser", "src/token.ts"],
    ["mysql", "--password=hunter2", "-p", "x"],
    ["x", "--api-key", "abc", "--verbose"],
    ["x", "--token", "--other"],
    ["curl", "-H", "Authorization: Bearer abc", "https://me:secret@host/path"],
    ["env", "AWS_SECRET_ACCESS_KEY=abc", "PATH=/bin", "make"],
    ["x", `ghp_${"a".repeat(36)}`],
  ];
  assert.deepEqual(args.map((args) => redactArguments(args, false).join(" ")), [
    "git commit -m add the token parser src/token.ts",
    "mysql --password=*** -p x",
    "x --api-key *** --verbose",
    "x --token --other",
    "curl -H Authorization: *** https://me:***@host/path",
    "env AWS_SECRET_ACCESS_KEY=*** PATH=/bin make",
    "x ***",
  ]);
});

Deno.test("so are secrets within an argument that is a command, or a program's text", () => {
  const cases: readonly (readonly [argument: string, expected: string])[] = [
    ["export TOKEN=abc; make -j2", "export TOKEN=***; make -j2"],
    ["cd x && GITHUB_TOKEN='a b' gh api /user", "cd x && GITHUB_TOKEN=*** gh api /user"],
    [`curl -H "Authorization: Bearer abc" x`, `curl -H "Authorization: ***" x`],
    ["curl -H 'Cookie: a=b; c=d' x", "curl -H 'Cookie: ***' x"],
    [
      `curl -d '{"user": "me", "password": "a b\\"c"}' x`,
      `curl -d '{"user": "me", "password": ***}' x`,
    ],
    ["deploy --api-key abc --verbose", "deploy --api-key *** --verbose"],
    ["deploy --token --verbose", "deploy --token --verbose"],
    ["curl -u me:secret https://a", "curl -u me:*** https://a"],
    ["curl --user=me:secret https://a", "curl --user=me:*** https://a"],
    ["docker run -u 1000:1000 x", "docker run -u 1000:1000 x"],
    [`python3 -c "password=\\"abc\\"; f()"`, `python3 -c "password=***"`],
    [`sh -c "f TOKEN=\\"abc\\" x"`, `sh -c "f TOKEN=*** x"`],
    [`client(api_key="abc", retries=3)`, "client(api_key=***, retries=3)"],
    ["git log --author=Bob && echo passed=3", "git log --author=Bob && echo passed=3"],
    ["the token parser, and passwords in general", "the token parser, and passwords in general"],
  ];
  for (const [argument, expected] of cases) {
    assert.equal(redactArguments(["bash", "-c", argument], false)[2], expected);
  }
  assert.deepEqual(redactArguments(["curl", "-u", "me:secret", "x"], false), [
    "curl",
    "-u",
    "me:***",
    "x",
  ]);
  assert.deepEqual(redactArguments(["docker", "-u", "0:0"], false), ["docker", "-u", "0:0"]);
});

Deno.test("long arguments take time that follows their length", () => {
  for (const piece of ["a", "a-", "token", "token ", `"token:`, "--a ", "'", "-u ", "u:"]) {
    const time = (length: number) => {
      const argument = piece.repeat(length / piece.length);
      const begun = performance.now();
      for (let i = 0; i < 5; i++) redactArguments(["x", argument], false);
      return performance.now() - begun;
    };
    time(4_096);
    const [short, long] = [time(16_384), time(262_144)];
    assert.ok(long < 100 * short + 100, `${piece}: ${short} and ${long} ms`);
  }
});

Deno.test("all arguments can be left out", () => {
  assert.deepEqual(redactArguments(["git", "log", "-1"], true), ["git", "***"]);
  assert.deepEqual(redactArguments(["git"], true), ["git"]);
});
