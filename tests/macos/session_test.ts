/** What fuse-t's server is answered, played request by request, with a stream that is cut anywhere. */

import assert from "node:assert/strict";
import { Opcode } from "../../ffi/fuse_kernel.ts";
import { DarwinRename, DarwinXattr } from "../../ffi/macos/fuse_darwin.ts";
import { Recorder } from "../../src/mount/recording/recorder.ts";
import { parsePolicy } from "../../src/policy/parse_policy.ts";
import { Policy } from "../../src/policy/policy.ts";
import { MountSource } from "../../src/telemetry/mount_source.ts";
import { createRing, RingWriter } from "../../src/telemetry/ring.ts";
import { randomness, SEED } from "../support/random.ts";
import { Fixture } from "../tree/fixture.ts";
import { DarwinClient, fields, Refused, ROOT } from "./darwin_client.ts";
import { MemoryStream } from "./memory_stream.ts";
import { noRules, OWNER, serveTree } from "./served.ts";

function withClient(use: (client: DarwinClient, fixture: Fixture) => void): void {
  const fixture = new Fixture();
  const random = randomness(SEED);
  try {
    const stream = new MemoryStream(() => 1 + random(300));
    const client = new DarwinClient(stream, serveTree(fixture.tree, stream));
    client.init();
    use(client, fixture);
    assert.equal(stream.untaken, 0);
    assert.equal(stream.receive(), null, "An answer that nobody waits for");
  } finally {
    fixture.close();
  }
}

function refuses(code: string, act: () => unknown): void {
  assert.throws(act, (error) => error instanceof Refused && error.code === code, code);
}

Deno.test("the conversation begins as macOS's does", () =>
  withClient((client) => {
    const answer = client.init();
    assert.equal(answer.byteLength, 24);
    assert.deepEqual([answer.getUint32(0, true), answer.getUint32(4, true)], [7, 19]);
    assert.equal(answer.getUint32(20, true), 1024 * 1024);
    refuses("EPROTO", () => client.ask(Opcode.INIT, 0, fields(7, 8, 0, 0)));
    refuses("EPROTO", () => client.ask(Opcode.INIT, 0, fields(8, 0, 0, 0)));
  }));

Deno.test("a file that is made, written in any order, truncated and read", () =>
  withClient((client) => {
    const file = client.create(ROOT, "f");
    assert.equal(file.ino, file.node);
    assert.equal(file.uid, OWNER.uid);
    assert.equal(client.write(file.node, file.handle, 6, "world"), 5);
    assert.equal(client.write(file.node, file.handle, 0, "hello "), 6);
    client.ask(Opcode.FLUSH, file.node, fields(file.handle, 0, 0, 0n));
    assert.equal(client.read(file.node), "hello world");
    client.truncate(file.node, 5);
    client.release(file.node, file.handle);
    assert.equal(client.attributes(file.node).size, 5);
    assert.equal(client.lookup(ROOT, "f").node, file.node);
    assert.equal(client.lookup(ROOT, "f").node, file.node, "looked up twice in a row");
  }));

Deno.test("requests come cut and glued together, and each is answered in its turn", () =>
  withClient((client) => {
    const requests = ["a", "b", "c"].map((name) =>
      client.request(Opcode.MKDIR, ROOT, fields(0o755, 0, name))
    );
    const glued = fields(...requests);
    client.stream.send(glued.subarray(0, 30));
    assert.ok(client.session.serve());
    assert.equal(client.stream.receive(), null);
    for (let at = 30; at < glued.length; at += 7) {
      client.stream.send(glued.subarray(at, at + 7));
      assert.ok(client.session.serve());
    }
    for (let i = 0; i < 3; i++) client.answer();
    for (const name of ["a", "b", "c"]) assert.equal(client.lookup(ROOT, name).mode, 0o40755);
  }));

Deno.test("a directory is listed by the count of bytes before, whatever the answers' sizes", () =>
  withClient((client) => {
    const names = Array.from({ length: 60 }, (_, i) => "n".repeat(1 + i % 30) + i);
    for (const name of names) client.mkdir(ROOT, name);
    const handle = client.open(ROOT, true);
    for (const size of [64, 200, 1000, 65536]) {
      const seen: string[] = [];
      let position = 0;
      for (;;) {
        const listed = client.list(ROOT, handle, position, size);
        if (listed.length === 0) break;
        for (const { name, offset, ino } of listed) {
          position += (24 + name.length + 7) & ~7;
          assert.equal(offset, position, "both readings of a position are the same");
          if (name !== "." && name !== "..") assert.equal(ino, client.lookup(ROOT, name).ino);
          seen.push(name);
        }
      }
      assert.deepEqual(seen.sort(), [".", "..", ...names].sort());
    }
    client.release(ROOT, handle, true);
  }));

Deno.test("a listing goes on where it was, though names come and go and servers change", () =>
  withClient((client, fixture) => {
    for (let i = 0; i < 20; i++) client.mkdir(ROOT, `d${i}`);
    const handle = client.open(ROOT, true);
    const first = client.list(ROOT, handle, 0, 300);
    client.rmdir(ROOT, "d19");
    client.mkdir(ROOT, "new");
    const rest = client.list(ROOT, handle, first.at(-1)!.offset, 65536);
    const seen = [...first, ...rest].map(({ name }) => name);
    assert.equal(new Set(seen).size, seen.length);
    for (let i = 0; i < 19; i++) assert.ok(seen.includes(`d${i}`));
    assert.ok(!seen.includes("d19"));
    client.session = serveTree(fixture.tree, client.stream);
    const again = client.list(ROOT, handle, first.at(-1)!.offset, 65536);
    assert.deepEqual(again.map(({ name }) => name), rest.map(({ name }) => name));
  }));

Deno.test("dots are looked up, and the root is its own parent", () =>
  withClient((client) => {
    const directory = client.mkdir(ROOT, "d");
    const below = client.mkdir(directory.node, "e");
    assert.equal(client.lookup(below.node, ".").node, below.node);
    assert.equal(client.lookup(below.node, "..").node, directory.node);
    assert.equal(client.lookup(directory.node, "..").node, ROOT);
    assert.equal(client.lookup(ROOT, "..").node, ROOT);
    assert.equal(client.lookup(ROOT, ".").node, ROOT);
  }));

Deno.test("what is renamed keeps its number; flags of renamex_np are served", () =>
  withClient((client) => {
    const a = client.create(ROOT, "a");
    const b = client.mkdir(ROOT, "b");
    client.rename(ROOT, "a", b.node, "c");
    assert.equal(client.lookup(b.node, "c").node, a.node);
    refuses("ENOENT", () => client.lookup(ROOT, "a"));
    client.create(ROOT, "d");
    refuses("EEXIST", () => client.rename(ROOT, "d", b.node, "c", DarwinRename.EXCL));
    const d = client.lookup(ROOT, "d");
    client.rename(ROOT, "d", b.node, "c", DarwinRename.SWAP);
    assert.equal(client.lookup(ROOT, "d").node, a.node);
    assert.equal(client.lookup(b.node, "c").node, d.node);
    refuses("EINVAL", () => client.rename(ROOT, "d", b.node, "c", 1));
    refuses("ENOTEMPTY", () => client.rmdir(ROOT, "b"));
    client.mkdir(ROOT, "e");
    refuses("ENOTEMPTY", () => client.rename(ROOT, "e", ROOT, "b"));
  }));

Deno.test("FORGET means nothing: what was looked up stays known", () =>
  withClient((client) => {
    const file = client.create(ROOT, "f");
    client.release(file.node, file.handle);
    client.stream.send(client.request(Opcode.FORGET, file.node, fields(1n)));
    assert.ok(client.session.serve());
    assert.equal(client.attributes(file.node).ino, file.node);
  }));

Deno.test("a number that stands for nothing is stale, never an I/O error", () =>
  withClient((client) => {
    for (const node of [99, 2 ** 36 + 1, 2 ** 40]) {
      refuses("ESTALE", () => client.attributes(node));
      refuses("ESTALE", () => client.lookup(node, "x"));
      refuses("ESTALE", () => client.open(node));
      refuses("ESTALE", () => client.open(node, true));
      refuses("ESTALE", () => client.read(node));
    }
  }));

Deno.test("a file that is removed is there while it is open, and no longer", () =>
  withClient((client, { tree }) => {
    const file = client.create(ROOT, "f");
    const second = client.open(file.node);
    client.write(file.node, file.handle, 0, "text");
    client.unlink(ROOT, "f");
    client.release(file.node, file.handle);
    assert.equal(client.read(file.node), "text");
    client.release(file.node, second);
    refuses("ESTALE", () => client.attributes(file.node));
    assert.equal(tree.nodes.orphans.size, 0);
    const closed = client.create(ROOT, "g");
    client.release(closed.node, closed.handle);
    client.unlink(ROOT, "g");
    refuses("ESTALE", () => client.attributes(closed.node));
  }));

Deno.test("what is open is so for the next server, too: a file without a name is there, and goes when it is closed", () =>
  withClient((client, { tree }) => {
    const next = () => client.session = serveTree(tree, client.stream);
    const file = client.create(ROOT, "f");
    client.write(file.node, file.handle, 0, "text");
    client.unlink(ROOT, "f");
    next();
    client.create(ROOT, "g");
    client.unlink(ROOT, "g");
    assert.equal(client.read(file.node), "text");
    client.write(file.node, file.handle, 4, "s");
    next();
    assert.equal(client.read(file.node), "texts");
    client.release(file.node, file.handle);
    refuses("ESTALE", () => client.read(file.node));
    // More than the table has room for at first.
    const many = client.create(ROOT, "many");
    const handles = Array.from({ length: 5_000 }, () => client.open(many.node));
    client.unlink(ROOT, "many");
    next();
    for (const handle of [many.handle, ...handles.slice(1)]) client.release(many.node, handle);
    assert.equal(client.attributes(many.node).nlink, 0);
    next();
    client.release(many.node, handles[0]!);
    refuses("ESTALE", () => client.attributes(many.node));
  }));

Deno.test("an opening whose answer was not sent is one opening, when the next server is asked for it again", () =>
  withClient((client, { tree }) => {
    const file = client.create(ROOT, "f");
    client.release(file.node, file.handle);
    const cases = [
      [Opcode.OPEN, file.node, fields(0, 0), 0, () => file.node, "f"],
      [
        ...[Opcode.CREATE, ROOT, fields(0x602, 0o100644, 0o022, 0, "g")] as const,
        ...[144, () => client.lookup(ROOT, "g").node, "g"] as const,
      ],
    ] as const;
    for (const [opcode, node, body, at, nodeOf, name] of cases) {
      const request = client.request(opcode, node, body);
      const ask = () => {
        client.stream.send(request);
        assert.ok(client.session.serve());
        return client.answer().getBigUint64(at, true);
      };
      const handle = ask();
      const { low, high } = tree.journal.request;
      client.session = serveTree(tree, client.stream, { completed: { low, high } });
      assert.equal(ask(), handle, name);
      const opened = nodeOf();
      client.unlink(ROOT, name);
      assert.equal(client.attributes(opened).nlink, 0);
      client.release(opened, handle);
      refuses("ESTALE", () => client.attributes(opened));
    }
  }));

Deno.test("extended attributes have no namespace there, and the one of users here", () =>
  withClient((client, { tree }) => {
    const { node } = client.create(ROOT, "f");
    client.setxattr(node, "com.apple.FinderInfo", "value", DarwinXattr.CREATE);
    refuses("EEXIST", () => client.setxattr(node, "com.apple.FinderInfo", "x", DarwinXattr.CREATE));
    refuses("ENODATA", () => client.setxattr(node, "other", "x", DarwinXattr.REPLACE));
    assert.equal(client.getxattr(node, "com.apple.FinderInfo"), "value");
    assert.equal(client.getxattr(node, "com.apple.FinderInfo", 0), "5");
    refuses("ERANGE", () => client.getxattr(node, "com.apple.FinderInfo", 2));
    refuses("ENODATA", () => client.getxattr(node, "other"));
    assert.deepEqual([...tree.xattrs(tree.node(node)!).keys()], ["user.com.apple.FinderInfo"]);
    assert.equal(client.listxattr(node), "com.apple.FinderInfo\0");
    assert.equal(client.listxattr(node, 0), "21");
    refuses("EOPNOTSUPP", () => client.setxattr(node, "com.apple.ResourceFork", "x", 0, 16));
    refuses("EOPNOTSUPP", () => client.getxattr(node, "com.apple.ResourceFork", 16, 16));
    client.ask(Opcode.REMOVEXATTR, node, fields("com.apple.FinderInfo"));
    assert.equal(client.listxattr(node), "");
  }));

Deno.test("times of creation and backup, and flags, are taken and not kept", () =>
  withClient((client) => {
    const { node } = client.create(ROOT, "f", 0o104755);
    for (const bit of [28, 29, 30, 31]) {
      assert.equal(client.setattr(node, 1 << bit).mode, 0o104755, "set-user-ID stays");
    }
    assert.equal(client.setattr(node, 1 << 0, { mode: 0o100600 }).mode, 0o100600);
  }));

Deno.test("operations that macOS has for itself are refused and end nothing", () =>
  withClient((client) => {
    for (const opcode of [61, 62, 63, 200, 4_000_000]) {
      refuses("ENOSYS", () => client.ask(opcode, ROOT, new Uint8Array(64)));
    }
    for (const opcode of [Opcode.SETATTR, Opcode.RENAME, Opcode.SETXATTR, Opcode.GETXATTR]) {
      refuses("EINVAL", () => client.ask(opcode, ROOT, new Uint8Array(2)));
    }
    assert.equal(client.attributes(ROOT).mode, 0o40755);
  }));

Deno.test("what is no message ends the conversation, and so does its end", () => {
  for (const length of [0, 39, 2 ** 24, 2 ** 32 - 1]) {
    const fixture = new Fixture();
    try {
      const stream = new MemoryStream();
      const session = serveTree(fixture.tree, stream);
      stream.send(fields(length, Opcode.GETATTR));
      assert.equal(session.serve(), false);
    } finally {
      fixture.close();
    }
  }
  withClient(({ stream, session }) => {
    stream.close();
    assert.equal(session.serve(), false);
  });
});

Deno.test("a request that was carried out and not taken is answered again, and not done again", () =>
  withClient((client, fixture) => {
    const { stream } = client;
    for (
      const [opcode, body, check] of [
        [Opcode.MKDIR, fields(0o755, 0, "d"), () => client.lookup(ROOT, "d")],
        [Opcode.RENAME, fields(BigInt(ROOT), 0, 0, "d", "e"), () => client.lookup(ROOT, "e")],
        [Opcode.RMDIR, fields("e"), () => refuses("ENOENT", () => client.lookup(ROOT, "e"))],
        [Opcode.SYMLINK, fields("l", "target"), () => client.lookup(ROOT, "l")],
        [Opcode.UNLINK, fields("l"), () => refuses("ENOENT", () => client.lookup(ROOT, "l"))],
      ] as const
    ) {
      const request = client.request(opcode, ROOT, body);
      stream.send(request);
      assert.ok(client.session.serve());
      client.answer();
      // The server died before it took the request: the next one finds it.
      const { low, high } = fixture.tree.journal.request;
      client.session = serveTree(fixture.tree, stream, { completed: { low, high } });
      stream.send(request);
      assert.ok(client.session.serve());
      client.answer();
      check();
    }
  }));

Deno.test("rules are asked before a request is carried out, and what is done is recorded", () => {
  const fixture = new Fixture();
  try {
    const policy = noRules();
    const rules = [{ path_pattern: "secret/**", deny: "write,create,unlink" }];
    policy.policy = new Policy(parsePolicy(JSON.stringify({ rules })), 1);
    const ring = createRing(65536);
    const recorder = new Recorder(new RingWriter(ring), "changes", null);
    const stream = new MemoryStream();
    const client = new DarwinClient(stream, serveTree(fixture.tree, stream, { policy, recorder }));
    client.init();
    const directory = client.mkdir(ROOT, "secret");
    refuses("EACCES", () => client.create(directory.node, "f"));
    refuses("ENOENT", () => client.lookup(directory.node, "f"));
    client.create(ROOT, "open");
    const told: string[] = [];
    const source = new MountSource(ring, { mountpoint: "/m", processOf: () => ({}) });
    source.take(({ action, path, verdict, error }) => {
      told.push(`${action} ${path} ${verdict} ${error}`);
    });
    assert.deepEqual(told, [
      "mkdir /m/secret allow 0",
      "create /m/secret/f deny EACCES",
      "create /m/open allow 0",
    ]);
  } finally {
    fixture.close();
  }
});
