/**
 * Sends requests that no kernel would send to two sessions that differ in one thing: what stands in the request
 * buffer behind the request. An answer that is not the same tells that a handler read there.
 *
 * ```sh
 * deno run -A --v8-flags=--expose-gc tests/crash/fuse_fuzz.ts --requests 1000000 --seed 1
 * ```
 *
 * @module
 */

import { noFilters } from "../support/no_filters.ts";
import { PolicyGate } from "../../src/mount/policy/policy_gate.ts";
import { parsePolicy } from "../../src/policy/parse_policy.ts";
import { ANY_CALLER, Policy } from "../../src/policy/policy.ts";
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { Opcode, OPCODE_LIMIT } from "../../ffi/fuse_kernel.ts";
import { setNonblocking } from "../../ffi/linux/descriptor.ts";
import { Errno } from "../../ffi/linux/errno.ts";
import { read, write } from "../../ffi/linux/file.ts";
import { close } from "../../ffi/linux/open.ts";
import { Reenactment } from "../../src/mount/fuse/reenactment.ts";
import { Word } from "../../src/mount/reenactor_memory.ts";
import { PastReenactors } from "../../src/mount/linux/past_reenactors.ts";
import { Session } from "../../src/mount/linux/session.ts";
import { MAIN_VIEW, ViewTable, VIRTUAL_VIEW, wireNode } from "../../src/mount/views.ts";
import { resize } from "../../src/tree/operations/data.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { Journal, listSegments, segmentName } from "../../src/tree/journal/journal.ts";
import type { Snapshot } from "../../src/store/trees/entry.ts";
import { ROOT_NODE_ID } from "../../src/tree/nodes/inode.ts";
import { replay } from "../../src/tree/replay/replay.ts";
import { WorkingTree } from "../../src/tree/working_tree.ts";
import { randomness } from "../support/random.ts";
import { dump, Fixture } from "../tree/fixture.ts";
import { memoryPlace } from "../support/memory_place.ts";
import { malformedRequest, type Random } from "./malformed_requests.ts";
import { residentMiB } from "./resident_memory.ts";
import { socketPair } from "./socket_pair.ts";

export interface FuzzReport {
  readonly requests: number;
  /** Answers by errno; 0 for success. */
  readonly answers: ReadonlyMap<number, number>;
  /** Resident memory after each tenth of the requests, MiB. */
  readonly memory: readonly number[];
}

/** After so many requests a new tree is begun. */
const ROUND = 4_000;
/** Of the names that requests have. */
const RULES = JSON.stringify({
  rules: [
    { path_pattern: "d", deny: "all" },
    { path_pattern: "/a/c/**", deny: "write,create" },
    { path_pattern: "**/b/[a-c]", deny: "unlink,rename,read", uid: [0, 1, 2] },
  ],
});
const SOME_NODES = 12;
/** Bytes of a file that are looked at after a round. */
const MOST_COMPARED = 2 ** 20;
const BATCH = 16;
/** What is in the buffers behind a request. */
const BEHIND = [0x00, 0x41] as const;
const UNANSWERED: ReadonlySet<number> = new Set([
  Opcode.FORGET,
  Opcode.BATCH_FORGET,
  Opcode.INTERRUPT,
]);
const ERRNOS: ReadonlySet<number> = new Set(Object.values(Errno));

export function fuzzFuse(requests: number, seed: number): FuzzReport {
  const random = randomness(seed);
  const answers = new Map<number, number>();
  const complaints: unknown[] = [];
  const original = console.error;
  console.error = (...said) => complaints.push(said);
  const victims = BEHIND.map((behind) => new Victim(behind));
  const samples: number[] = [];
  try {
    for (let sent = 0; sent < requests; sent += BATCH) {
      if (sent % ROUND === 0) victims.forEach((victim) => victim.begin());
      if (sent >= (samples.length + 1) * requests / 10) samples.push(residentMiB());
      batch(victims, random, sent, answers);
      assert.deepEqual(complaints, [], `request ${sent} of seed ${seed}`);
    }
  } finally {
    console.error = original;
    victims.forEach((victim) => victim.end());
  }
  return { requests, answers, memory: [...samples, residentMiB()] };
}

function batch(
  victims: readonly Victim[],
  random: Random,
  sent: number,
  answers: Map<number, number>,
): void {
  const expected = new Map<number, number>();
  for (let i = 0; i < BATCH; i++) {
    const unique = sent + i + 1;
    const request = malformedRequest(random, unique, victims[0]!.nodes);
    if (request.length >= 40) expected.set(unique, new DataView(request.buffer).getUint32(4, true));
    for (const victim of victims) victim.send(request);
    // One at a time, so that each finds a buffer that is filled anew.
    const [first, second] = victims.map((victim) => victim.answers());
    assert.deepEqual(second, first, `request ${unique} was answered from behind its end`);
    for (const answer of first!) {
      const view = new DataView(answer.buffer);
      const error = -view.getInt32(4, true);
      const answered = Number(view.getBigUint64(8, true));
      assert.equal(view.getUint32(0, true), answer.length);
      assert.ok(error === 0 || ERRNOS.has(error), `errno ${error}`);
      assert.ok(error === 0 || answer.length === 16);
      assert.ok(expected.delete(answered), "an answer nobody asked for");
      answers.set(error, (answers.get(error) ?? 0) + 1);
    }
  }
  for (const opcode of expected.values()) assert.ok(UNANSWERED.has(opcode), `${opcode} unanswered`);
}

/** A session on a tree of its own. */
class Victim {
  readonly #fixture = new Fixture(memoryPlace());
  readonly #empty: Snapshot;
  #segment = 1;
  #session: Session | null = null;
  #fds: [number, number] | null = null;
  #tree!: WorkingTree;
  readonly #into = new Uint8Array(2 * 1024 * 1024);
  #asked: number[] = [];

  constructor(readonly behind: number) {
    this.#empty = this.#fixture.tree.base!;
    this.#fixture.tree.journal.close();
  }

  /** Node ids that a request may be about. */
  get nodes(): number[] {
    const { nodes } = this.#tree;
    const known = [ROOT_NODE_ID];
    for (let id = nodes.next - 1; id > ROOT_NODE_ID && known.length < SOME_NODES; id--) {
      if (nodes.get(id) !== undefined) known.push(id);
    }
    const virtual = [MAIN_VIEW, VIRTUAL_VIEW, VIRTUAL_VIEW + 1, VIRTUAL_VIEW + 2];
    const elsewhere = [
      wireNode(1, ROOT_NODE_ID),
      ...virtual.map((id) => wireNode(VIRTUAL_VIEW, id)),
    ];
    return [...known, nodes.next - 1, ...elsewhere];
  }

  begin(): void {
    if (this.#session !== null) this.#check();
    this.#close();
    const { journalPath } = this.#fixture;
    for (const old of listSegments(journalPath)) {
      Deno.removeSync(`${journalPath}/${segmentName(old)}`);
    }
    this.#tree = this.#fixture.open(this.#empty, ++this.#segment);
    let clock = 0;
    this.#tree.tick = () => Object.assign(this.#tree.now, { sec: 1000, nsec: ++clock });
    this.#fds = socketPair();
    this.#fds.forEach(setNonblocking);
    const policy = new PolicyGate({
      callerOf: () => ANY_CALLER,
      filters: noFilters(),
      onDenied() {},
      onStale() {},
    });
    policy.policy = new Policy(parsePolicy(RULES), 1);
    this.#session = new Session({
      fd: this.#fds[0],
      commandFd: -1,
      filtersFd: -1,
      policy,
      wantsOpens: false,
      views: new ViewTable({
        number: MAIN_VIEW,
        tree: this.#tree,
        writable: true,
        inodeSpace: 0,
        completed: null,
        frozen: false,
        isRouted: false,
        isKept: true,
        branch: "main",
      }, () => {}),
      routing: null,
      // Figures that stay the same.
      storePath: "/proc",
      generation: 7,
      counters: new Uint32Array(OPCODE_LIMIT),
      ask: (ticket) => this.#asked.push(ticket),
      list: () => {},
      // A sync waits for the disk.
      flushes: { eventFd: -1, begin: () => false, areUnderWay: false, tell: () => {} },
      reenactment: new Reenactment(new SharedArrayBuffer(4 * Word.COUNT)),
      pastReenactors: new PastReenactors([]),
      recorder: null,
      keepAwake: null,
      onCommand: () => {},
      onIdle: () => {},
      onRemoving: () => {},
    });
  }

  /** What the requests left can be stored, and comes back from the journal. */
  #check(): void {
    const fixture = this.#fixture;
    for (const inode of this.#files(this.#tree.root)) {
      if (inode.size > MOST_COMPARED) resize(this.#tree, inode, MOST_COMPARED, false);
    }
    const state = dump(this.#tree);
    const journal = new Journal(fixture.journalPath);
    const again = new WorkingTree(fixture.store, null, journal, this.#empty, this.#tree.nextInode);
    const { damage } = replay(again, [this.#segment]);
    assert.equal(damage, null);
    assert.deepEqual(dump(again), state);
    journal.close();
    fixture.tree = this.#tree;
    fixture.checkpoint();
  }

  *#files(directory: Inode): Generator<Inode> {
    for (const { inode } of directory.directory!.entries!.values()) {
      if (inode.isFile) yield inode;
      else if (inode.isDirectory) yield* this.#files(inode);
    }
  }

  send(request: Uint8Array<ArrayBuffer>): void {
    const session = this.#session!;
    const buffer = session.context.request.bytes;
    buffer.fill(this.behind, 0, Math.min(buffer.length, request.length + 70_000));
    const result = write(this.#fds![1], request);
    assert.equal(result, request.length);
    session.drain();
    const answer = { text: "an answer", view: MAIN_VIEW, names: ["one", "other"] };
    for (const ticket of this.#asked) session.context.virtual.questions.answer(ticket, answer);
    this.#asked = [];
  }

  answers(): Uint8Array<ArrayBuffer>[] {
    const all: Uint8Array<ArrayBuffer>[] = [];
    while (true) {
      const length = read(this.#fds![1], this.#into);
      if (length <= 0) return all;
      all.push(this.#into.slice(0, length));
    }
  }

  #close(): void {
    this.#fds?.forEach(close);
    this.#fds = null;
    if (this.#session !== null) this.#tree.journal.close();
    this.#session = null;
  }

  end(): void {
    this.#close();
    this.#fixture.close();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      requests: { type: "string", default: "100000" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
    },
  });
  const begin = performance.now();
  const { requests, answers, memory } = fuzzFuse(Number(values.requests), Number(values.seed));
  const seconds = Math.round((performance.now() - begin) / 1000);
  const names = new Map(Object.entries(Errno).map(([name, number]) => [number as number, name]));
  const counts = Object.fromEntries(
    [...answers].sort(([, a], [, b]) => b - a).map(([e, n]) => [names.get(e) ?? "ok", n]),
  );
  console.log(
    JSON.stringify({ requests, seed: Number(values.seed), seconds, memory, answers: counts }),
  );
}
