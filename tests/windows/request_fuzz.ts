/**
 * Requests that no driver sends: fields that are anything, cut anywhere. Each is answered once, with a status, and nothing is
 * thrown or left open.
 *
 *     deno run -A tests/windows/request_fuzz.ts [requests]
 *
 * @module
 */

import assert from "node:assert/strict";
import { Disposition, InformationClass, ReparseControl } from "../../ffi/windows/nt_file.ts";
import {
  CREATE,
  Kind,
  KIND_LIMIT,
  QUERY_DIRECTORY,
  REQUEST,
  RESPONSE,
  RESPONSE_BYTES,
  SET_INFORMATION,
  TRANSFER,
} from "../../ffi/windows/winfsp/protocol.ts";
import { utf16 } from "../../src/mount/windows/response.ts";
import type { WindowsSession } from "../../src/mount/windows/session.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import type { WorkingTree } from "../../src/tree/working_tree.ts";
import { type Random, randomness, SEED } from "../support/random.ts";
import { Fixture } from "../tree/fixture.ts";
import { Driver } from "./driver.ts";
import { parsePolicy } from "../../src/policy/parse_policy.ts";
import { Policy } from "../../src/policy/policy.ts";
import { type AskedFilter, FILTER, withAskedFilter } from "./asked_filter.ts";
import { recording } from "./recording.ts";
import { ruled } from "./ruled.ts";
import { given } from "./script.ts";
import { serveTree } from "./served.ts";

/** More in one transfer than this only costs time. */
const LONGEST = 100_000;

const WORDS = [0, 1, 2, 4, 5, 7, 8, 16, 64, 72, 255, 0x1000, 0xffff, 0x10000, 0x200000];
const PATHS = [
  "\\",
  "\\a",
  "\\d\\b",
  "\\l",
  "\\l\\b",
  "\\.agentvfs",
  "\\.agentvfs\\ctl",
  "\\A:b",
  "\\.agentvfs\\branches\\x\\y",
  "\\.agentvfs\\status",
  "\\..\\a",
  "\\\ud800",
  "a",
  "",
];

/** What the first field of these says. */
const CODES: ReadonlyMap<number, readonly number[]> = new Map<number, readonly number[]>([
  [Kind.SET_INFORMATION, Object.values(InformationClass)],
  [Kind.FILE_SYSTEM_CONTROL, Object.values(ReparseControl)],
]);

/** The file's name is the new one too, or whatever else is taken from there. */
function copyName(view: DataView): void {
  view.setUint32(SET_INFORMATION.NEW_NAME, view.getUint32(REQUEST.FILE_NAME, true), true);
}

class Fuzz {
  readonly #handles: bigint[] = [];
  readonly #waiting = new Set<bigint>();
  answers = 0;

  constructor(readonly session: WindowsSession, readonly driver: Driver, readonly random: Random) {}

  #word(): number {
    if (this.random(3) > 0) return WORDS[this.random(WORDS.length)]!;
    return this.random(2) === 0 ? this.random(2 ** 31) * 2 + this.random(2) : this.random(256);
  }

  #request(): Uint8Array<ArrayBuffer> {
    const { random } = this;
    const kind = random(30) === 0
      ? this.#word()
      : random(3) === 0
      ? Kind.CREATE
      : random(KIND_LIMIT);
    const path = utf16(PATHS[random(PATHS.length)]! + "\0");
    const bytes = this.driver.request(kind, [[REQUEST.FILE_NAME, path]]);
    const view = new DataView(bytes.buffer);
    for (let at = REQUEST.CONTEXT; at < REQUEST.FILE_NAME; at += 4) {
      if (random(3) === 0) view.setUint32(at, this.#word(), true);
    }
    const handle = this.#handles[random(this.#handles.length + 1)];
    if (kind === Kind.CREATE) {
      if (random(2) === 0) this.#makeLikely(view);
      if (random(4) > 0) view.setUint16(CREATE.STREAM, 0, true);
    } else {
      view.setBigUint64(REQUEST.HANDLE, handle ?? BigInt(random(9)), true);
    }
    const codes = CODES.get(kind);
    if (codes !== undefined && random(4) > 0) {
      view.setUint32(SET_INFORMATION.CLASS, codes[random(codes.length)]!, true);
      view.setUint32(SET_INFORMATION.RENAME_FLAGS, random(4), true);
      if (random(2) === 0) copyName(view);
    }
    for (const at of [TRANSFER.LENGTH, QUERY_DIRECTORY.LENGTH]) {
      if (kind === Kind.CREATE) break;
      view.setUint32(at, view.getUint32(at, true) % LONGEST, true);
    }
    if (random(20) === 0) view.setUint16(REQUEST.FILE_NAME + 2, this.#word() & 0xffff, true);
    if (random(20) > 0) return bytes;
    const cut = bytes.slice(0, random(bytes.length));
    if (random(2) === 0 && cut.length >= 4) {
      new DataView(cut.buffer).setUint16(REQUEST.SIZE, cut.length, true);
    }
    return cut;
  }

  #makeLikely(view: DataView): void {
    const disposition = this.random(Disposition.OVERWRITE_IF + 1);
    view.setUint32(CREATE.OPTIONS, disposition << 24 | (this.random(2) ? 0 : 0x200000), true);
    view.setUint32(CREATE.EA, 0, true);
    view.setUint32(CREATE.BITS, 1, true);
    view.setUint32(CREATE.ATTRIBUTES, this.random(8), true);
    view.setUint32(CREATE.DESIRED_ACCESS, this.random(2) ? 0x1f01ff : 0x81, true);
  }

  step(): void {
    const bytes = this.#request();
    const hasHint = bytes.length >= REQUEST.SIZE_OF;
    const hint = hasHint ? new DataView(bytes.buffer).getBigUint64(REQUEST.HINT, true) : 0n;
    const answer = this.driver.give(bytes);
    if (answer === null) {
      if (hasHint && !this.driver.late.has(hint)) this.#waiting.add(hint);
      return;
    }
    this.answers++;
    assert.ok(answer.bytes.length <= RESPONSE_BYTES);
    const kind = answer.view.getUint32(RESPONSE.KIND, true);
    if (kind === Kind.CREATE && answer.status === 0) {
      this.#handles.push(answer.view.getBigUint64(32, true));
    }
    if (kind !== Kind.CLOSE || answer.status !== 0) return;
    const closed = new DataView(bytes.buffer).getBigUint64(REQUEST.HANDLE, true);
    const at = this.#handles.indexOf(closed);
    if (at >= 0) this.#handles.splice(at, 1);
  }

  /** All that waited was answered, and closes what is open. */
  end(): void {
    for (const hint of this.#waiting) {
      assert.ok(this.driver.late.has(hint), `${hint} has no answer`);
    }
    assert.equal(this.session.unanswered, 0);
    for (const [, late] of this.driver.late) {
      const isOpened = late.view.getUint32(RESPONSE.KIND, true) === Kind.CREATE &&
        late.status === 0;
      if (isOpened) this.#handles.push(late.view.getBigUint64(32, true));
    }
    for (const handle of this.#handles) {
      this.driver.give(this.driver.request(Kind.CLOSE, [[REQUEST.HANDLE, handle]]));
    }
    assert.equal(this.session.context.opens.size, 0, "something is open");
  }
}

/** How many names there are: each is looked at, and files may be larger than memory. */
function countNames(tree: WorkingTree, directory: Inode): number {
  assert.equal(tree.load(directory), 0);
  let count = 0;
  for (const [name, { inode }] of directory.directory!.entries!) {
    assert.equal(tree.lookup(directory, name), inode);
    count += 1 + (inode.isDirectory ? countNames(tree, inode) : 0);
  }
  return count;
}

/** A name that nobody may touch, and others of which a filter decides. */
const RULES = {
  rules: [
    { path_pattern: "/d/**", deny: "unlink,rename" },
    { path_pattern: "/**", ask: FILTER, ops: "create,unlink,truncate,read" },
  ],
};

/** Gives so many requests. Throws with the seed. */
export function fuzzRequests(count: number): number {
  let answers = 0;
  withAskedFilter((filter) => answers = fuzzWith(filter, count));
  return answers;
}

function fuzzWith(filter: AskedFilter, count: number): number {
  const fixture = new Fixture();
  const random = randomness(SEED);
  const { error } = console;
  const told: unknown[] = [];
  console.error = (...words: unknown[]) => told.push(words);
  try {
    given(fixture.tree, "a=text d/b=more l->d !r A:b");
    const tickets: number[] = [];
    const memory = { load: () => {}, store: () => {} };
    const rules = new Policy(parsePolicy(JSON.stringify(RULES)), 1);
    const { gate: policy } = ruled(rules, undefined, filter.filters);
    const { recorder, told: events } = recording("all");
    const ask = (ticket: number) => void tickets.push(ticket);
    const served = serveTree(fixture.tree, { ask, memory, policy, recorder });
    const { driver, session, main } = served;
    const fuzz = new Fuzz(session, driver, random);
    const thaw = () => {
      main.frozen = false;
      session.serveParked();
    };
    const tell = () => {
      const answers = [{}, { failed: true as const }, { text: "x" }, { view: null }, { view: 7 }];
      for (const ticket of tickets.splice(0)) {
        session.answered(ticket, answers[random(answers.length - 1)]!);
      }
    };
    const decide = () => {
      if (random(8) === 0) filter.later(60_000);
      else filter.answer(random(3) === 0 ? "deny" : "allow");
      session.serveFiltered();
    };
    for (let i = 0; i < count; i++) {
      fuzz.step();
      if (random(3) === 0) decide();
      if (random(100) === 0) session.rulesChanged();
      if (i % 50 === 0) events();
      if (random(50) === 0) main.frozen = true;
      if (random(10) === 0) thaw();
      if (random(20) === 0) tell();
    }
    thaw();
    while (tickets.length > 0 || filter.filters.isWaiting) {
      tell();
      decide();
    }
    fuzz.end();
    assert.ok(countNames(fixture.tree, fixture.tree.root) > 0);
    assert.deepEqual(told, []);
    return fuzz.answers;
  } catch (cause) {
    throw new Error(`Failed; repeat with AGENTVFS_SEED=${SEED}: ${told[0] ?? ""}`, { cause });
  } finally {
    console.error = error;
    fixture.close();
  }
}

if (import.meta.main) {
  const count = Number(Deno.args[0] ?? 100_000);
  console.log(`${count} requests, ${fuzzRequests(count)} of them answered at once`);
}
