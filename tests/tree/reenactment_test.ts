/**
 * What the thread is answered that carries changes out once more, request by request: it changes nothing, whoever asks for the
 * same is told the truth, and what such a thread of another server asks for is refused.
 */

import { noFilters } from "../support/no_filters.ts";
import { PolicyGate } from "../../src/mount/policy/policy_gate.ts";
import { ANY_CALLER } from "../../src/policy/policy.ts";
import assert from "node:assert/strict";
import { IN_HEADER, Opcode, OPCODE_LIMIT } from "../../ffi/fuse_kernel.ts";
import { setNonblocking } from "../../ffi/linux/descriptor.ts";
import { Errno } from "../../ffi/linux/errno.ts";
import { read, write } from "../../ffi/linux/file.ts";
import { close } from "../../ffi/linux/open.ts";
import { processId } from "../../src/host/processes.ts";
import { Reenactment } from "../../src/mount/fuse/reenactment.ts";
import { LINUX_DIALECT } from "../../src/mount/linux/dialect.ts";
import { PastReenactors } from "../../src/mount/linux/past_reenactors.ts";
import { Session } from "../../src/mount/linux/session.ts";
import { Act, Word } from "../../src/mount/reenactor_memory.ts";
import { MAIN_VIEW, ViewTable } from "../../src/mount/views.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import type { WorkingTree } from "../../src/tree/working_tree.ts";
import { socketPair } from "../crash/socket_pair.ts";
import { Fixture, make } from "./fixture.ts";

const THREAD = Deno.pid;
const OTHER = 1;
const HEADER = 40;
const FILE = 0o100644;
const { entryOut } = LINUX_DIALECT;

interface Answer {
  /** 0, or a negative errno. */
  readonly error: number;
  readonly body: DataView;
}

class Served {
  readonly #fixture = new Fixture();
  readonly #fds = socketPair();
  readonly session: Session;
  readonly words: Int32Array;

  constructor({ isPast = false } = {}) {
    const memory = new SharedArrayBuffer(4 * Word.COUNT);
    this.words = new Int32Array(memory);
    if (!isPast) this.words[Word.THREAD] = THREAD;
    this.#fds.forEach(setNonblocking);
    const view = { number: MAIN_VIEW, writable: true, inodeSpace: 0, completed: null };
    this.session = new Session({
      fd: this.#fds[0],
      commandFd: -1,
      filtersFd: -1,
      policy: new PolicyGate({
        callerOf: () => ANY_CALLER,
        filters: noFilters(),
        onDenied() {},
        onStale() {},
      }),
      wantsOpens: false,
      views: new ViewTable(
        { ...view, tree: this.tree, branch: "main", frozen: false, isRouted: false, isKept: true },
        () => {},
      ),
      routing: null,
      storePath: "/proc",
      generation: 7,
      counters: new Uint32Array(OPCODE_LIMIT),
      ask: () => {},
      reenactment: new Reenactment(memory),
      pastReenactors: new PastReenactors(isPast ? [processId(THREAD)!] : []),
      recorder: null,
      list: () => {},
      flushes: { eventFd: -1, begin: () => false, areUnderWay: false, tell: () => {} },
      keepAwake: null,
      onCommand: () => {},
      onIdle: () => {},
      onRemoving: () => {},
    });
  }

  get tree(): WorkingTree {
    return this.#fixture.tree;
  }

  /** A request about a name in the root. `fields`: bytes before the name. */
  ask(opcode: number, name: string, pid: number, fields = 0): Answer {
    const bytes = new Uint8Array(HEADER + fields + name.length + 1);
    const header = new DataView(bytes.buffer);
    header.setUint32(0, bytes.length, true);
    header.setUint32(IN_HEADER.OPCODE, opcode, true);
    header.setBigUint64(IN_HEADER.UNIQUE, 2n, true);
    header.setBigUint64(IN_HEADER.NODEID, 1n, true);
    header.setUint32(IN_HEADER.PID, pid, true);
    bytes.set(new TextEncoder().encode(name), HEADER + fields);
    assert.equal(write(this.#fds[1], bytes), bytes.length);
    this.session.drain();
    const answer = new Uint8Array(65536);
    const length = read(this.#fds[1], answer);
    assert.ok(length >= 16);
    const view = new DataView(answer.buffer, 0, length);
    return { error: view.getInt32(4, true), body: new DataView(answer.buffer, 16, length - 16) };
  }

  act(act: number): void {
    this.words[Word.ACT] = act;
  }

  /** Numbers of names in the root, and of records in the journal. */
  get state(): unknown {
    return [[...this.tree.root.directory!.entries!.keys()], this.tree.journal.records];
  }

  [Symbol.dispose](): void {
    this.#fds.forEach(close);
    this.#fixture.close();
  }
}

/** For how long the kernel may keep the entry, s. */
function kept({ body }: Answer): bigint {
  return body.getBigUint64(entryOut.ENTRY_VALID, true);
}

function node({ body }: Answer): number {
  return Number(body.getBigUint64(entryOut.NODEID, true));
}

Deno.test("what the thread of a server that is gone asks for is refused", () => {
  using served = new Served({ isPast: true });
  make(served.tree, served.tree.root, "file", FILE);
  const before = served.state;
  assert.equal(served.ask(Opcode.LOOKUP, "file", THREAD).error, 0);
  assert.equal(served.ask(Opcode.UNLINK, "file", THREAD).error, -Errno.EIO);
  assert.equal(served.ask(Opcode.CREATE, "new", THREAD, 16).error, -Errno.EIO);
  assert.deepEqual(served.state, before);
  assert.equal(served.ask(Opcode.UNLINK, "file", OTHER).error, 0);
});

Deno.test("what nothing is pending of is refused to the thread", () => {
  using served = new Served();
  make(served.tree, served.tree.root, "file", FILE);
  const before = served.state;
  for (const act of Object.values(Act)) {
    served.act(act);
    assert.equal(served.ask(Opcode.UNLINK, "file", THREAD).error, -Errno.EPERM);
    assert.equal(served.ask(Opcode.CREATE, "new", THREAD, 16).error, -Errno.EPERM);
  }
  assert.deepEqual(served.state, before);
});

Deno.test("a file that was replaced is removed and made once more, and is there all the time", () => {
  using served = new Served();
  const { tree, session } = served;
  const file = make(tree, tree.root, "file", FILE);
  const was = { ...file, lookups: 0, nlink: 0, parent: null } as Inode;
  session.context.pendingNames.begin([{ parent: tree.root, name: "file", was, isMade: true }]);
  const before = served.state;
  const seen = () => {
    const answer = served.ask(Opcode.LOOKUP, "file", OTHER);
    assert.equal(node(answer), file.nodeId);
    return kept(answer);
  };
  assert.equal(seen(), 0n);
  served.act(Act.REMOVE);
  const old = served.ask(Opcode.LOOKUP, "file", THREAD);
  assert.notEqual(node(old), file.nodeId);
  assert.equal(kept(old), 0n);
  assert.equal(served.ask(Opcode.UNLINK, "file", THREAD).error, 0);
  // Nothing is found twice.
  assert.equal(served.ask(Opcode.UNLINK, "file", THREAD).error, -Errno.EPERM);
  assert.equal(seen(), 0n);
  served.act(Act.MAKE);
  assert.equal(served.ask(Opcode.LOOKUP, "file", THREAD).error, -Errno.ENOENT);
  assert.equal(served.ask(Opcode.MKDIR, "file", THREAD, 8).error, -Errno.EEXIST);
  assert.equal(node(served.ask(Opcode.CREATE, "file", THREAD, 16)), file.nodeId);
  assert.ok(seen() > 0n);
  assert.deepEqual(served.state, before);
});

Deno.test("the absence of a name that is to be removed once more is not kept before", () => {
  using served = new Served();
  const { tree, session } = served;
  const file = make(tree, tree.root, "other", FILE);
  const was = { ...file, lookups: 0, nlink: 0, parent: null } as Inode;
  session.context.pendingNames.begin([{ parent: tree.root, name: "gone", was, isMade: false }]);
  assert.equal(served.ask(Opcode.LOOKUP, "gone", OTHER).error, -Errno.ENOENT);
  served.act(Act.REMOVE);
  assert.equal(served.ask(Opcode.LOOKUP, "gone", THREAD).error, 0);
  assert.equal(served.ask(Opcode.UNLINK, "gone", THREAD).error, 0);
  const absent = served.ask(Opcode.LOOKUP, "gone", OTHER);
  assert.deepEqual([absent.error, node(absent)], [0, 0]);
  // Who made it again meanwhile keeps it.
  session.context.pendingNames.begin([{ parent: tree.root, name: "gone", was, isMade: false }]);
  make(tree, tree.root, "gone", FILE);
  assert.equal(served.ask(Opcode.LOOKUP, "gone", THREAD).error, 0);
  assert.equal(served.ask(Opcode.UNLINK, "gone", THREAD).error, -Errno.EPERM);
  assert.ok(tree.root.directory!.entries!.has("gone"));
});

Deno.test("the thread sees that it is known", () => {
  using served = new Served();
  served.act(Act.PROVE);
  assert.equal(served.ask(Opcode.LOOKUP, "any", OTHER).error, 0);
  assert.equal(served.words[Word.PROVEN], 0);
  assert.equal(served.ask(Opcode.LOOKUP, "any", THREAD).error, -Errno.ENOENT);
  assert.equal(served.words[Word.PROVEN], 1);
});
