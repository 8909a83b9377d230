/** `.agentvfs` as a client of NFS has it, which gives nothing back and knows a file by its name. */

import assert from "node:assert/strict";
import { Opcode } from "../../ffi/fuse_kernel.ts";
import type { Question } from "../../src/mount/virtual/question.ts";
import { Fixture } from "../tree/fixture.ts";
import { DarwinClient, entryOf, fields, Refused, ROOT } from "./darwin_client.ts";
import { MemoryStream } from "./memory_stream.ts";
import { nothingLeft, serveTree } from "./served.ts";

function refuses(code: string, act: () => unknown): void {
  assert.throws(act, (error) => error instanceof Refused && error.code === code, code);
}

Deno.test("ctl, hook and status are each one file, whose answer is read by opening it anew", () => {
  const fixture = new Fixture();
  try {
    const stream = new MemoryStream(() => 2 ** 22);
    let asked: { ticket: number; question: Question } | undefined;
    const session = serveTree(fixture.tree, stream, {
      ask: (ticket, question) => asked = { ticket, question },
    });
    const client = new DarwinClient(stream, session);
    client.init();
    const answered = (text: string): Question => {
      const { ticket, question } = asked!;
      session.context.virtual.questions.answer(ticket, { text });
      return question;
    };
    const home = client.lookup(ROOT, ".agentvfs");
    assert.equal(home.ino, home.node);
    assert.equal(client.lookup(home.node, ".").node, home.node);
    assert.equal(client.lookup(home.node, "..").node, ROOT);
    assert.equal(client.lookup(client.lookup(home.node, "checkpoints").node, "..").node, home.node);
    const say = (node: number, text: string) => {
      client.ask(Opcode.OPEN, node, fields(1, 0));
      client.truncate(node, 0);
      const body = new TextEncoder().encode(text);
      stream.send(client.request(Opcode.WRITE, node, writeFields(body)));
      assert.ok(session.serve());
      assert.equal(stream.receive(), null, "It is answered when the daemon has");
    };
    const names = ["ctl", "hook", "hook.one", "hook.two"];
    const nodes = names.map((name) => client.lookup(home.node, name));
    assert.deepEqual(names.map((name) => client.lookup(home.node, name).node), [
      ...nodes.map(({ node }) => node),
    ]);
    assert.equal(new Set(nodes.map(({ node }) => node)).size, names.length);
    for (const { ino, node } of nodes) assert.equal(ino, node);
    refuses("ENOENT", () => client.lookup(home.node, "hook.one.answer"));
    refuses("ENOENT", () => client.lookup(home.node, "hook.a b"));

    const [ctl, , one, two] = nodes.map(({ node }) => node) as [number, number, number, number];
    say(ctl, "checkpoint a\n");
    assert.equal((answered("done") as { line: string }).line, "checkpoint a");
    assert.equal(client.answer().getUint32(0, true), 13);
    assert.equal(client.attributes(ctl).size, 5);
    assert.equal(client.read(ctl), "done\n");

    // Two at once: each has its own answer.
    say(one, '{"a":1}');
    const first = asked!;
    say(two, '{"b":2}');
    assert.equal((answered("to two") as { text: string }).text, '{"b":2}');
    client.answer();
    session.context.virtual.questions.answer(first.ticket, { text: "to one" });
    client.answer();
    const answerTo = (name: string) =>
      client.read(client.lookup(home.node, `hook.${name}.answer`).node);
    assert.deepEqual(["one", "two"].map(answerTo), ["to one\n", "to two\n"]);
    say(one, '{"a":3}');
    answered("");
    client.answer();
    assert.equal(answerTo("one"), "");

    stream.send(client.request(Opcode.LOOKUP, home.node, fields("status")));
    assert.ok(session.serve());
    answered("as it was");
    const status = entryOf(client.answer());
    assert.equal(client.read(status.node), "as it was\n");
    stream.send(client.request(Opcode.GETATTR, status.node, fields(0, 0, 0n)));
    assert.ok(session.serve());
    answered("as it is now");
    client.answer();
    assert.equal(client.read(status.node), "as it is now\n");
    const unknown = status.node + 1000;
    refuses("ESTALE", () => client.ask(Opcode.OPEN, unknown, fields(0, 0)));
  } finally {
    fixture.close();
  }
});

Deno.test("what only the daemon can list comes to an end, by positions, also for the next server", () => {
  const fixture = new Fixture();
  try {
    const stream = new MemoryStream();
    const names = Array.from({ length: 30 }, (_, i) => `checkpoint ${i}`.padEnd(10 + i, "."));
    let ticket = 0;
    const left = nothingLeft(fixture.directory);
    const serve = () => serveTree(fixture.tree, stream, { ask: (asked) => ticket = asked, left });
    const client = new DarwinClient(stream, serve());
    client.init();
    // Whatever is asked is answered as soon as it is.
    let session = client.session;
    const live = () => {
      client.session = {
        serve: () => {
          const isThere = session.serve();
          if (ticket !== 0) session.context.virtual.questions.answer(ticket, { names });
          ticket = 0;
          return isThere;
        },
      } as typeof session;
    };
    live();
    const home = client.lookup(ROOT, ".agentvfs");
    const { node } = client.lookup(home.node, "checkpoints");
    for (const [size, isReplaced] of [[65536, false], [200, false], [65536, true]] as const) {
      const handle = client.open(node, true);
      const seen: string[] = [];
      for (let position = 0;;) {
        const some = client.list(node, handle, position, size);
        if (some.length === 0) break;
        for (const { name, offset } of some) {
          position += (24 + name.length + 7) & ~7;
          assert.equal(offset, position);
          seen.push(name);
        }
        assert.ok(seen.length <= names.length + 2, "a listing that does not end");
        if (isReplaced) session = serve();
      }
      assert.deepEqual(seen, [".", "..", ...names]);
      client.release(node, handle, true);
    }
    const handle = client.open(node, true);
    const [, , ...all] = client.list(node, handle, 0, 65536);
    session = serve();
    const rest = client.list(node, handle, all[9]!.offset, 65536);
    assert.deepEqual(rest, all.slice(10), "from where the place was");
  } finally {
    fixture.close();
  }
});

/** struct fuse_write_in and what is written, from the beginning. */
function writeFields(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return fields(0n, 0n, bytes.length, 0, 0n, 0, 0, bytes);
}
