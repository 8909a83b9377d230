/** What a client of NFS still has when servers come and go and a rollback changes what is behind its handles. */

import assert from "node:assert/strict";
import { Opcode } from "../../ffi/fuse_kernel.ts";
import { segmentName } from "../../src/tree/journal/journal.ts";
import { type KernelModel, withKernel } from "../tree/kernel_model.ts";
import { DarwinClient, fields, Refused, ROOT } from "./darwin_client.ts";
import { MemoryStream } from "./memory_stream.ts";
import { type Left, nothingLeft, type ServeOptions, serveTree } from "./served.ts";

interface Served {
  readonly client: DarwinClient;
  readonly mount: KernelModel;
  readonly left: Left;
  /** The server was killed: another one replays the journal and goes on. */
  replace(options?: ServeOptions): void;
}

function withServer(use: (served: Served) => void): void {
  withKernel((mount) => {
    const left = nothingLeft(mount.fixture.journalPath);
    const stream = new MemoryStream();
    const client = new DarwinClient(stream, serveTree(mount.tree, stream, { left }));
    client.init();
    use({
      client,
      mount,
      left,
      replace: (options = {}) => {
        mount.replace();
        client.session = serveTree(mount.tree, stream, { left, ...options });
      },
    });
  });
}

function refuses(code: string, act: () => unknown): void {
  assert.throws(act, (error) => error instanceof Refused && error.code === code, code);
}

Deno.test("a handle from before a rollback is of the file that was replaced, until it is closed", () =>
  withServer(({ client, mount, replace }) => {
    const file = client.create(ROOT, "f");
    client.write(file.node, file.handle, 0, "one");
    const idle = client.create(ROOT, "idle");
    client.write(idle.node, idle.handle, 0, "1");
    client.release(idle.node, idle.handle);
    mount.checkpoint();
    const one = mount.tree.base!;
    client.write(file.node, file.handle, 0, "two");
    client.write(idle.node, 0n, 0, "2");
    mount.rollback(one);
    for (let server = 0; server < 3; server++) {
      const now = client.lookup(ROOT, "f");
      assert.notEqual(now.node, file.node);
      assert.equal(client.read(now.node), "one");
      const end = client.attributes(file.node).size;
      client.write(file.node, file.handle, end, `, ${server}`);
      assert.equal(client.attributes(file.node).nlink, 0);
      replace();
    }
    assert.equal(client.read(file.node), "two, 0, 1, 2");
    client.release(file.node, file.handle);
    for (const { node } of [file, idle]) refuses("ESTALE", () => client.write(node, 0n, 0, "x"));
    assert.equal(client.read(client.lookup(ROOT, "f").node), "one");
    assert.equal(client.read(client.lookup(ROOT, "idle").node), "1");
    assert.equal(mount.tree.nodes.orphans.size, 0);
  }));

Deno.test("a sync after a kill waits for what the server before wrote, first what it wrote first", () =>
  withServer(({ client, mount, replace }) => {
    const synced: string[] = [];
    const flush = (fd: number, ended: (result: number) => void) => {
      synced.push(Deno.readLinkSync(`/proc/self/fd/${fd}`).split("/").at(-1)!);
      ended(0);
      return true;
    };
    const file = client.create(ROOT, "f");
    const segments: number[] = [];
    for (const text of ["a", "b", "c"]) {
      client.write(file.node, file.handle, 0, text);
      segments.push(mount.tree.journal.segment);
      replace({ flush });
    }
    segments.push(mount.tree.journal.segment);
    assert.equal(new Set(segments).size, segments.length);
    client.ask(Opcode.FSYNC, file.node, fields(file.handle, 0, 0));
    assert.deepEqual(synced, segments.map(segmentName));
  }));

Deno.test("a listing goes on over rollbacks and servers: what was there throughout comes once", () =>
  withServer(({ client, mount, replace }) => {
    const directory = client.mkdir(ROOT, "d");
    const stay = Array.from({ length: 40 }, (_, i) => `stays-${i}`);
    for (const name of stay) client.mkdir(directory.node, name);
    mount.checkpoint();
    const without = mount.tree.base!;
    for (let i = 0; i < 20; i++) client.mkdir(directory.node, `goes-${i}`);
    mount.checkpoint();
    const all = mount.tree.base!;
    const handle = client.open(directory.node, true);
    const seen: string[] = [];
    let position = 0;
    for (let turn = 0;; turn++) {
      const some = client.list(directory.node, handle, position, 200);
      if (some.length === 0) break;
      seen.push(...some.map(({ name }) => name));
      position = some.at(-1)!.offset;
      mount.rollback(turn % 2 === 0 ? without : all);
      assert.ok(turn < 100, "a listing that does not end");
    }
    assert.deepEqual(seen.filter((name) => name.startsWith("stays")).sort(), [...stay].sort());
    assert.equal(new Set(seen).size, seen.length);

    // Who lost its place lists names twice or not at all, and comes to an end.
    position = 0;
    for (let turn = 0;; turn++) {
      const some = client.list(directory.node, handle, position, 300);
      if (some.length === 0) break;
      position = some.at(-1)!.offset;
      replace();
      mount.rollback(turn % 2 === 0 ? without : all);
      assert.ok(turn < 100, "a listing that does not end");
    }
  }));

Deno.test("what is asked again after a server's end is answered as often as it is asked, and done once", () =>
  withServer(({ client, mount, left, replace }) => {
    const { stream } = client;
    const answered = (): string => {
      try {
        client.answer();
        return "done";
      } catch (error) {
        if (error instanceof Refused) return error.code;
        throw error;
      }
    };
    const cases = [
      [Opcode.MKDIR, fields(0o755, 0, "d"), "EEXIST"],
      [Opcode.CREATE, fields(0x602, 0o100644, 0o022, 0, "f"), "EEXIST"],
      [Opcode.LINK, () => fields(BigInt(client.lookup(ROOT, "f").node), "g"), "EEXIST"],
      [Opcode.RENAME, fields(BigInt(ROOT), 0, 0, "g", "h"), "ENOENT"],
      [Opcode.UNLINK, fields("h"), "ENOENT"],
      [Opcode.RMDIR, fields("d"), "ENOENT"],
    ] as const;
    for (const [opcode, made, again] of cases) {
      const body = typeof made === "function" ? made() : made;
      const request = client.request(opcode, ROOT, body);
      const unsaid = left.memory.slice();
      stream.send(request);
      assert.ok(client.session.serve());
      assert.equal(answered(), "done");
      const { low, high } = mount.tree.journal.request;
      const once = left.memory.slice();
      // It died before it answered. The client asks by the same number, and by another.
      left.memory.set(unsaid);
      replace({ completed: { low, high } });
      const other = client.request(opcode, ROOT, body);
      for (const asked of [request, request, other]) stream.send(asked);
      assert.ok(client.session.serve());
      const answers = [answered(), answered(), answered()];
      assert.deepEqual(answers, ["done", "done", again], `operation ${opcode}`);
      // It died when it had answered, and had not taken the request.
      left.memory.set(once);
      replace({ completed: { low, high } });
      for (const asked of [request, client.request(opcode, ROOT, body)]) stream.send(asked);
      assert.ok(client.session.serve());
      assert.equal(answered(), again);
      assert.equal(stream.receive(), null);
    }
    assert.equal(client.attributes(client.lookup(ROOT, "f").node).nlink, 1);
    for (const name of ["d", "g", "h"]) refuses("ENOENT", () => client.lookup(ROOT, name));
  }));
