import assert from "node:assert/strict";
import { PendingInvalidation } from "./pending_invalidation.ts";

const VERSION = "1.2.3";

Deno.test("only a server that told of everything leaves nothing untold", async () => {
  const directory = await Deno.makeTempDir({ prefix: "agentvfs-test-" });
  try {
    const next = (version = VERSION) => new PendingInvalidation(directory, version);
    const isNone = (version?: string) => next(version).isNone;
    const server = next();
    assert.equal(server.isNone, false, "what was before is not known");
    // What is told before all is told says nothing.
    await server.during(() => Promise.resolve());
    assert.equal(isNone(), false);
    server.allTold();
    assert.equal(isNone(), true);
    assert.equal(isNone("1.2.4"), false);
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const jobs = [server.during(() => first.promise), server.during(() => second.promise)];
    assert.equal(isNone(), false);
    first.resolve();
    await jobs[0];
    assert.equal(isNone(), false, "one of two is under way");
    second.resolve();
    await jobs[1];
    assert.equal(isNone(), true);
    // A server that takes over goes on with it.
    const another = next();
    await another.during(() => Promise.resolve(assert.equal(isNone(), false)));
    assert.equal(isNone(), true);
    await assert.rejects(another.during(() => Promise.reject(new Error("as a test wants it"))));
    assert.equal(isNone(), false);
    await another.during(() => Promise.resolve());
    assert.equal(isNone(), false, "what failed is not known");
    another.allTold();
    assert.equal(isNone(), true);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("nothing is changed where it cannot be noted", async () => {
  const directory = await Deno.makeTempDir({ prefix: "agentvfs-test-" });
  try {
    await Deno.mkdir(`${directory}/told/full`, { recursive: true });
    const invalidation = new PendingInvalidation(directory, VERSION);
    await assert.rejects(
      invalidation.during(() => Promise.reject(new Error("was run"))),
      (error) => {
        assert.doesNotMatch(String(error), /was run/);
        return true;
      },
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
