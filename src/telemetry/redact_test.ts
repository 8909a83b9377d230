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

Deno.test("all arguments can be left out", () => {
  assert.deepEqual(redactArguments(["git", "log", "-1"], true), ["git", "***"]);
  assert.deepEqual(redactArguments(["git"], true), ["git"]);
});
