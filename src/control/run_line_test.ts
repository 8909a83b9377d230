import assert from "node:assert/strict";
import fc from "fast-check";
import { FakeService } from "./testing/fake_service.ts";
import { runLine } from "./run_line.ts";

async function run(line: string, service = new FakeService()) {
  return JSON.parse(await runLine(service, line));
}

const request = (rest: object) => JSON.stringify({ v: 1, id: 7, ...rest });

Deno.test("a JSON request is answered with its id", async () => {
  const reply = await run(request({ method: "checkpoint", params: { label: "a b" } }));
  assert.equal(reply.v, 1);
  assert.equal(reply.id, 7);
  assert.equal(reply.ok, true);
  assert.equal(reply.result.label, "a b");
});

Deno.test("an id may be a string, and the parameters may be left out", async () => {
  const reply = await run('{"v":1,"id":"x","method":"status"}');
  assert.equal(reply.id, "x");
  assert.equal(reply.result.state, "ready");
});

const BAD_REQUESTS: [string, string, string][] = [
  ["not JSON", "{oops", "bad_request"],
  ["no version", '{"id":7,"method":"status"}', "bad_version"],
  ["newer version", '{"v":2,"id":7,"method":"status"}', "bad_version"],
  ["no method", request({}), "unknown_method"],
  ["unknown method", request({ method: "frobnicate" }), "unknown_method"],
  ["inherited method", request({ method: "constructor" }), "unknown_method"],
  ["method of another type", request({ method: ["status"] }), "unknown_method"],
  ["unknown field", request({ method: "status", extra: 1 }), "bad_request"],
  ["id of another type", '{"v":1,"id":{},"method":"status"}', "bad_request"],
  ["too deep", "{" + '"a":{'.repeat(40) + "}".repeat(41), "bad_request"],
  ["missing parameter", request({ method: "rollback", params: {} }), "bad_params"],
  ["unknown parameter", request({ method: "rollback", params: { ref: "a", x: 1 } }), "bad_params"],
  ["inherited parameter", request({ method: "log", params: { toString: 1 } }), "bad_params"],
  ["ill-typed text", request({ method: "rollback", params: { ref: 1 } }), "bad_params"],
  ["empty reference", request({ method: "rollback", params: { ref: "" } }), "bad_params"],
  ["NUL in text", request({ method: "rollback", params: { ref: "a\0" } }), "bad_params"],
  ["ill-typed flag", request({ method: "diff", params: { patch: "yes" } }), "bad_params"],
  ["zero count", request({ method: "log", params: { limit: 0 } }), "bad_params"],
  ["fractional count", request({ method: "log", params: { limit: 1.5 } }), "bad_params"],
  ["no paths", request({ method: "restore", params: { paths: [], from: "a" } }), "bad_params"],
  ["parameters in an array", request({ method: "status", params: [] }), "bad_params"],
];
for (const [name, line, code] of BAD_REQUESTS) {
  Deno.test(`a bad request is answered: ${name}`, async () => {
    const service = new FakeService();
    const reply = await run(line, service);
    assert.equal(reply.ok, false);
    assert.equal(reply.error.code, code);
    assert.equal(reply.error.exit, 2);
    assert.match(reply.error.message, /^[A-Za-z].*[^.]$/s);
    assert.deepEqual(service.calls, []);
  });
}

Deno.test("the id survives a request that is refused", async () => {
  assert.equal((await run(request({ method: "nope" }))).id, 7);
  assert.equal((await run('{"v":9,"id":7,"method":"status"}')).id, 7);
});

Deno.test("errors of the service keep code, hint and details", async () => {
  const reply = await run(request({ method: "rollback", params: { ref: "nowhere" } }));
  assert.equal(reply.error.code, "unknown_ref");
  assert.equal(reply.error.exit, 1);
  assert.match(reply.error.hint, /agentvfs log/);
});

Deno.test("an unexpected failure of the service is answered as internal", async () => {
  const service = new FakeService();
  service.status = () => Promise.reject(new TypeError("broken"));
  const reply = await run(request({ method: "status" }), service);
  assert.equal(reply.error.code, "internal");
  assert.match(reply.error.message, /broken/);
});

Deno.test("plain words: checkpoint joins its words and names the branch", async () => {
  const service = new FakeService();
  const reply = await run("checkpoint  before the\trefactor branch=main", service);
  assert.equal(reply.ok, true);
  assert.match(reply.commit, /^[0-9a-f]{64}$/);
  assert.deepEqual(service.calls, [
    { method: "checkpoint", params: { label: "before the refactor", branch: "main" } },
  ]);
});

Deno.test("plain words: a checkpoint needs no label", async () => {
  const service = new FakeService();
  assert.equal((await run("checkpoint\n", service)).ok, true);
  assert.deepEqual(service.calls[0]!.params, {});
});

Deno.test("plain words: rollback finds a label with spaces", async () => {
  const service = new FakeService();
  const made = await run("checkpoint before the refactor", service);
  const back = await run("rollback before the refactor", service);
  assert.equal(back.rolled_back_to, made.commit);
  await run("rollback before the refactor touch=true branch=main", service);
  assert.deepEqual(service.calls.at(-1)!.params, {
    ref: "before the refactor",
    touch: true,
    branch: "main",
  });
});

Deno.test("plain words: status has the keys of the original", async () => {
  const reply = await run("status");
  assert.equal(reply.ok, true);
  assert.equal(reply.branch, "main");
  assert.match(reply.commit, /^[0-9a-f]{64}$/);
  assert.equal(reply.bootstrap_pending, false);
});

Deno.test("plain words: branches are made, merged and deleted with a JSON object", async () => {
  const made = await run('branch.create {"name":"agent","from":"main"}');
  assert.deepEqual([made.ok, made.branch_id, made.name], [true, 1, "agent"]);
  const merged = await run('branch.merge {"source":"agent","target":"main","label":"both"}');
  assert.deepEqual([merged.ok, merged.commit, merged.label], [true, "b".repeat(64), "both"]);
  const conflict = await run('branch.merge {"source":"conflicting","target":"main"}');
  assert.deepEqual(
    [conflict.ok, conflict.error, conflict.conflicts],
    [false, "merge conflicts", ["/x"]],
  );
  for (const line of ["branch.create x", "branch.merge 1", "branch.delete {", "branch.create"]) {
    assert.equal((await run(line)).ok, false, line);
  }
});

Deno.test("plain words: as on the command line", async () => {
  const service = new FakeService();
  const say = (line: string) => run(line, service);
  assert.equal((await say("branch create agent from=main")).name, "agent");
  assert.equal((await say("branch show agent")).name, "agent");
  const { branches } = await say("branch list");
  assert.equal(branches.at(-1).parent, "main");
  assert.equal((await say("branch rename agent other")).name, "other");
  assert.equal((await say("merge other into=main")).into, "main");
  assert.equal((await say("branch delete other")).name, "other");
  for (const line of ["branch create", "branch rename a", "branch list x", "merge", "branch"]) {
    const reply = await say(line);
    assert.equal(reply.ok, false, line);
  }
  assert.match((await say("branch create a b")).message, /branch create NAME \[from=REF\]/);
});

Deno.test("plain words: branch.list", async () => {
  const reply = await run("branch.list");
  assert.equal(reply.branches[0].name, "main");
});

const REFUSED_WORDS: [string, string][] = [
  ["", "unknown command"],
  ["frobnicate now", "unknown command"],
  ["toString", "unknown command"],
  ["checkpoint branch=main label", "ambiguous 'branch=' token in label"],
  ["checkpoint x branch=nope", "unknown branch"],
  ["rollback", "missing target"],
  ["rollback branch=main", "missing target"],
  ["rollback nowhere", "target commit not found"],
];
for (const [line, error] of REFUSED_WORDS) {
  Deno.test(`plain words: ${JSON.stringify(line)} is refused as the original does`, async () => {
    const reply = await run(line);
    assert.equal(reply.ok, false);
    assert.equal(reply.error, error);
  });
}

Deno.test("plain words: the other verbs reach the service", async () => {
  const service = new FakeService();
  await run("checkpoint one", service);
  for (const line of ["log 5", "show one", "diff", "diff one HEAD", "undo", "redo", "stop"]) {
    assert.equal((await run(line, service)).ok, true, line);
  }
  assert.equal((await run("restore src/a b.ts from=one", service)).ok, true);
  assert.deepEqual(service.calls.at(-1), {
    method: "restore",
    params: { paths: ["src/a b.ts"], from: "one" },
  });
});

Deno.test("any line gets exactly one line of JSON with ok in it", async () => {
  const line = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc.string().map((text) => "{" + text),
    fc.record({
      v: fc.constantFrom(1, 2),
      id: fc.jsonValue(),
      method: fc.string(),
      params: fc.jsonValue(),
    })
      .map((value) => JSON.stringify(value)),
    fc.array(fc.constantFrom("checkpoint", "rollback", "log", "branch=x", "from=", "a", "{"))
      .map((words) => words.join(" ")),
  );
  await fc.assert(
    fc.asyncProperty(line, async (text) => {
      const reply = await runLine(new FakeService(), text);
      assert.ok(!reply.includes("\n"));
      assert.equal(typeof JSON.parse(reply).ok, "boolean");
    }),
    { numRuns: 500 },
  );
});
