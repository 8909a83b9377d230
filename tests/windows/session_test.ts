/** What WinFsp's driver is answered, played request by request: all that is not in the table of rows. */

import assert from "node:assert/strict";
import { Disposition } from "../../ffi/windows/nt_file.ts";
import { NtStatus } from "../../ffi/windows/nt_status.ts";
import { CONTROL, Kind, KNOCK_CODE, Outcome, REQUEST } from "../../ffi/windows/winfsp/protocol.ts";
import { RemovalWatch } from "../../src/mount/removal_watch.ts";
import { WindowsSession } from "../../src/mount/windows/session.ts";
import { listSegments } from "../../src/tree/journal/journal.ts";
import { replay } from "../../src/tree/replay/replay.ts";
import { retarget } from "../../src/tree/rollback/retarget.ts";
import { EMPTY_SNAPSHOT, Fixture } from "../tree/fixture.ts";
import { Answer } from "./driver_requests.ts";
import { given, Script, statusName, treeText } from "./script.ts";
import { type Served, serveTree } from "./served.ts";

type Options = Parameters<typeof serveTree>[1];

function withServed(
  there: string,
  body: (script: Script, served: Served, fixture: Fixture) => void,
  options: Options = {},
): void {
  const fixture = new Fixture();
  try {
    given(fixture.tree, there);
    const served = serveTree(fixture.tree, options);
    const script = new Script(served.driver);
    body(script, served, fixture);
    script.end();
    assert.equal(served.session.context.opens.size, 0, "something is open");
    assert.equal(served.session.unanswered, 0, "something is not answered");
  } finally {
    fixture.close();
  }
}

const hintOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(REQUEST.HINT, true);

Deno.test("a request about a view that is frozen is answered once it is thawed", () =>
  withServed("a=x", (script, { driver, session, main }) => {
    script.run("open a");
    main.frozen = true;
    const open = driver.createRequest("\\a", {});
    const flush = driver.request(Kind.FLUSH_BUFFERS, []);
    assert.equal(driver.give(open), null);
    assert.ok(driver.give(flush) !== null, "the volume is made durable all the same");
    assert.equal(session.unanswered, 1);
    main.frozen = false;
    session.serveParked();
    const answer = driver.late.get(hintOf(open))!;
    const { handle } = driver.opened("\\a", {}, answer);
    driver.close(handle!);
  }));

Deno.test("what is open may be closed while its view is frozen", () =>
  withServed("a=x", (script, { driver, main }) => {
    const { handle } = driver.open("\\a");
    script.run("open a");
    main.frozen = true;
    assert.equal(driver.closed(handle!).status, NtStatus.SUCCESS);
    main.frozen = false;
  }));

Deno.test("a hint that is not answered yet is not answered twice", () =>
  withServed("a=x", (_, { driver, session, main }) => {
    main.frozen = true;
    const open = driver.createRequest("\\a", {});
    const { error } = console;
    const told: string[] = [];
    console.error = (text: string) => told.push(text);
    try {
      assert.equal(driver.give(open), null);
      assert.equal(driver.give(open), null);
    } finally {
      console.error = error;
    }
    assert.equal(told.length, 1);
    assert.equal(session.unanswered, 1);
    main.frozen = false;
    session.serveParked();
    driver.close(driver.opened("\\a", {}, driver.late.get(hintOf(open))!).handle!);
  }));

Deno.test("who waits for the disk is answered when it is done, and others meanwhile", () => {
  const ended: ((result: number) => void)[] = [];
  const flush = (_: number, end: (result: number) => void) => ended.push(end) > 0;
  withServed("a", (script, { driver }) => {
    script.run("open a; write 0 text");
    const request = driver.request(Kind.FLUSH_BUFFERS, []);
    assert.equal(driver.give(request), null);
    assert.equal(script.run("read"), "SUCCESS 'text'");
    assert.ok(ended.length > 0);
    for (const end of ended.splice(0)) end(0);
    while (ended.length > 0) ended.shift()!(0);
    assert.equal(driver.late.get(hintOf(request))!.status, NtStatus.SUCCESS);
  }, { flush });
});

Deno.test("who waits for a disk that fails is told", () => {
  const ended: ((result: number) => void)[] = [];
  withServed("a", (script, { driver }) => {
    script.run("open a; write 0 text");
    const request = driver.request(Kind.FLUSH_BUFFERS, []);
    assert.equal(driver.give(request), null);
    for (const end of ended.splice(0)) end(-5);
    assert.equal(driver.late.get(hintOf(request))!.status, NtStatus.IO_DEVICE_ERROR);
  }, { flush: (_: number, end: (result: number) => void) => ended.push(end) > 0 });
});

Deno.test("a knock lets commands in, and is answered when they are done", () => {
  let knocks = 0;
  withServed("a", (_, { driver, session }) => {
    const { handle } = driver.open("");
    const knocked = driver.about(handle!, Kind.DEVICE_CONTROL, [CONTROL.CODE, KNOCK_CODE]);
    assert.deepEqual([knocks, knocked.status], [1, NtStatus.SUCCESS]);
    const other = driver.about(handle!, Kind.DEVICE_CONTROL, [CONTROL.CODE, 0x1234]);
    assert.deepEqual([knocks, other.status], [1, NtStatus.INVALID_DEVICE_REQUEST]);
    driver.close(handle!);
    assert.equal(session.ended, false);
  }, { onKnock: () => knocks++ });
});

Deno.test("a knock that lets others go on is answered, and so is each of them, once", () => {
  let onKnock = () => {};
  withServed("a=x", (_, { driver, session, main }) => {
    const { handle } = driver.open("");
    main.frozen = true;
    const open = driver.createRequest("\\a", {});
    assert.equal(driver.give(open), null);
    onKnock = () => {
      main.frozen = false;
      session.serveParked();
    };
    const knocked = driver.about(handle!, Kind.DEVICE_CONTROL, [CONTROL.CODE, KNOCK_CODE]);
    assert.equal(knocked.status, NtStatus.SUCCESS);
    const opened = driver.opened("\\a", {}, driver.late.get(hintOf(open))!);
    assert.equal(opened.answer.status, NtStatus.SUCCESS);
    driver.close(opened.handle!);
    driver.close(handle!);
  }, { onKnock: () => onKnock() });
});

Deno.test("the loop gives each answer with the call that brings the next request", () =>
  withServed("a=x", (_, { driver, session: { options, context } }) => {
    const requests = [driver.createRequest("\\a", {}), driver.createRequest("\\b", {})];
    const given: (bigint | null)[] = [];
    let idle = 0;
    const transport = {
      respond: () => assert.fail("nothing was late"),
      transact: (response: Uint8Array<ArrayBuffer>, into: Uint8Array<ArrayBuffer>) => {
        given.push(response.length === 0 ? null : new Answer(response.slice()).hint);
        if (given.length === 2) return 0;
        const next = requests.shift();
        if (next === undefined) return -1;
        into.set(next);
        return next.length;
      },
    };
    const hints = requests.map(hintOf);
    const session = new WindowsSession({ ...options, transport, onIdle: () => idle++ });
    session.run();
    assert.deepEqual(given, [null, hints[0], null, hints[1]]);
    assert.equal(idle, 1);
    assert.equal(options.counters[Kind.CREATE], 2);
    assert.equal(context.opens.size, 0);
  }));

Deno.test("a stranger's token opens nothing, the kernel's own requests need none", () =>
  withServed("a=x", (_, { driver }) => {
    const mine = driver.open("\\a", { token: 5n });
    assert.equal(mine.answer.status, NtStatus.SUCCESS);
    driver.close(mine.handle!);
    assert.equal(driver.open("\\a", { token: 6n }).answer.status, NtStatus.ACCESS_DENIED);
    assert.equal(driver.open("\\b", { token: 6n }).answer.status, NtStatus.ACCESS_DENIED);
  }, { allows: (token) => token === 5 }));

Deno.test("a volume may tell letters apart", () =>
  withServed("Make=1 make=2", (script) => {
    assert.equal(script.run("open Make; read"), "SUCCESS '1'");
    assert.equal(script.run("x: open make; @x read"), "SUCCESS '2'");
    assert.equal(script.run("y: open MAKE"), "OBJECT_NAME_NOT_FOUND");
    assert.equal(script.run("y: open Make cached?"), "cached");
    assert.equal(script.run("z: create MAKE"), "SUCCESS created");
    assert.equal(script.run("w: open; @w stat make"), "make ARCHIVE 1");
  }, { caseSensitive: true }));

Deno.test("the names of a directory are folded once, however many are made in it", () =>
  withServed("", (script, _, { tree }) => {
    script.run("x: open nothing");
    const entries = tree.root.directory!.entries!;
    let walks = 0;
    entries.keys = () => {
      walks++;
      return Map.prototype.keys.call(entries);
    };
    for (let i = 0; i < 300; i++) script.run(`x: create Name${i}; y: open nAME${i}`);
    assert.ok(walks <= 2, `${walks} walks`);
  }));

Deno.test("files with several names are not kept by the driver under any", () =>
  withServed("a=x", (script, _, { tree }) => {
    const file = tree.lookup(tree.root, "a");
    assert.ok(typeof file !== "number");
    file.nlink = 2;
    assert.equal(script.run("open a cached?"), "uncached");
    assert.equal(script.run("info LINKS"), "1");
    file.nlink = 1;
  }));

Deno.test("what is open goes on when a rollback replaces it, as if it had been removed", () =>
  withServed("a=old d/f=1", (script, { session }, fixture) => {
    const { tree } = fixture;
    const base = fixture.checkpoint();
    script.run("open a; write 0 new; size 3; d: open d/f");
    script.run("x: create d/g; y: open d");
    fixture.checkpoint();
    retarget(tree, base);
    assert.equal(treeText(tree), "a=old d/ d/f=1");
    assert.equal(script.run("read"), "SUCCESS 'new'");
    assert.equal(script.run("@d read"), "SUCCESS '1'");
    assert.equal(script.run("@x info SIZE"), "0");
    assert.equal(script.run("z: open a; @z read"), "SUCCESS 'old'");
    assert.equal(script.run("@y list"), ". .. f");
    // Nothing of what there is now goes with what was replaced.
    assert.equal(script.run("@z close; delete; close"), "SUCCESS");
    assert.equal(treeText(tree), "a=old d/ d/f=1");
    assert.equal(session.unanswered, 0);
  }));

Deno.test("a view that is gone takes nobody along who has something open in it", () =>
  withServed("", (_, served) => {
    const side = new Fixture();
    try {
      given(side.tree, "f=side");
      const view = { ...served.main, number: 3, branch: "side", tree: side.tree };
      served.views.add(view);
      const { session, driver } = served;
      session.virtual.nodes.setBranches(["side"], []);
      const { ask } = withAnswers(served, () => ({ view: 3 }));
      const { handle } = driver.open("\\.agentvfs\\branches\\side\\f");
      assert.ok(handle !== null);
      assert.equal(ask.length, 1);
      served.views.remove(3);
      assert.equal(driver.read(handle, 0, 4).answer.status, NtStatus.FILE_INVALID);
      assert.equal(driver.cleanup(handle).status, NtStatus.SUCCESS);
      assert.equal(driver.closed(handle).status, NtStatus.SUCCESS);
    } finally {
      side.close();
    }
  }, { ask: (ticket, question) => asked?.(ticket, question) }));

/** Who answers the daemon's part of the test at hand. */
let asked: ((ticket: number, question: unknown) => void) | null = null;

function withAnswers(
  { session }: Served,
  answer: (question: Record<string, unknown>) => Record<string, unknown>,
): { ask: unknown[] } {
  const ask: unknown[] = [];
  asked = (ticket, question) => {
    ask.push(question);
    session.answered(ticket, answer(question as Record<string, unknown>));
  };
  return { ask };
}

const ASK: Options = { ask: (ticket, question) => asked?.(ticket, question) };

Deno.test(".agentvfs: status, ctl and hook are files that the daemon speaks through", () =>
  withServed("a", (script, served) => {
    const { ask } = withAnswers(served, ({ about, line }) => ({
      text: about === "status" ? "all is well" : about === "command" ? `did ${line}` : "{}",
    }));
    assert.equal(
      script.run("open .agentvfs read; list"),
      ". .. ctl status hook branches checkpoints",
    );
    assert.equal(script.run("s: open .AgentVFS/status read; @s read"), "SUCCESS 'all is well\n'");
    assert.equal(script.run("@s write 0 x"), "ACCESS_DENIED");
    assert.equal(script.run("c: overif .agentvfs/ctl write; @c write 0 log"), "SUCCESS 3");
    assert.equal(script.run("@c read 3"), "SUCCESS 'did log\n'");
    assert.equal(
      script.run("@c close; c: open .agentvfs/ctl read; @c read"),
      "SUCCESS 'did log\n'",
    );
    assert.equal(script.run("k: openif .agentvfs/hook write; @k write 0 {}"), "SUCCESS 2");
    assert.equal(ask.length, 3, "each was said once");
    for (
      const refused of ["create .agentvfs/new", "super .agentvfs/status", "open .agentvfs del"]
    ) {
      assert.equal(script.run(`x: ${refused}`), "ACCESS_DENIED", refused);
    }
    assert.equal(script.run("x: open .agentvfs/none read"), "OBJECT_NAME_NOT_FOUND");
    assert.equal(script.run("x: open .agentvfs/ctl/none read"), "OBJECT_PATH_NOT_FOUND");
    assert.equal(script.run("x: create .agentvfs dir"), "OBJECT_NAME_COLLISION");
    assert.equal(script.run("delete"), "ACCESS_DENIED");
    assert.equal(script.run("setattr hidden"), "SUCCESS");
    assert.equal(script.run("r: open; @r list"), "a");
  }, ASK));

Deno.test(".agentvfs: branches and checkpoints are trees of their own", () =>
  withServed("a=main", (script, served, fixture) => {
    const [side, old] = [new Fixture(), fixture.open(EMPTY_SNAPSHOT, 900)];
    try {
      given(side.tree, "f=side l->../../../../a");
      given(old, "a=past !r");
      const { views, main, session } = served;
      views.add({ ...main, number: 3, branch: "team/side", tree: side.tree });
      views.add({ ...main, number: 5, branch: "team/child", tree: side.tree });
      views.add({ ...main, number: 4, branch: null, tree: old, writable: false });
      session.virtual.nodes.setBranches(["team/side", "main"], []);
      withAnswers(served, ({ about, name, ref }) => {
        if (about === "checkpoints") return { names: ["HEAD"] };
        if (about === "children") return { names: ["team/child"] };
        if (about === "branch") {
          const child = { view: null, isPrefix: name === "team" };
          return name === "team/side" ? { view: 3 } : name === "team/child" ? { view: 5 } : child;
        }
        return { view: ref === "HEAD" ? 4 : null };
      });
      const say = (steps: string) => script.run(steps.replaceAll("BRANCH", ".agentvfs/branches"));
      assert.equal(say("open BRANCH read; list"), ". .. main team");
      assert.equal(say("open BRANCH/team read; list"), ". .. side");
      assert.equal(say("open BRANCH/team/side; list"), "f l");
      assert.equal(say("open BRANCH/team/side/F name?"), "\\.agentvfs\\branches\\team\\side\\f");
      assert.equal(say("read"), "SUCCESS 'side'");
      assert.equal(say("x: create BRANCH/team/side/new; @x write 0 n"), "SUCCESS 1");
      assert.equal(treeText(side.tree), "f=side l->../../../../a new=n");
      assert.equal(treeText(fixture.tree), "a=main");
      assert.equal(say("@x rename new"), "NOT_SAME_DEVICE");
      assert.equal(say("y: open BRANCH/team/side/l"), "REPARSE /a");
      assert.equal(say("y: open BRANCH/main/a"), "REPARSE /a");
      assert.equal(say("y: open BRANCH/none"), "OBJECT_NAME_NOT_FOUND");
      assert.equal(say("y: open BRANCH/none/a"), "OBJECT_PATH_NOT_FOUND");
      assert.equal(say("y: open BRANCH/team/side/.agentvfs/branches read; @y list"), ". .. team");
      const child = "BRANCH/team/side/BRANCH/team/child";
      const one = "/.agentvfs/branches/team/child";
      assert.equal(say(`y: open ${child}`), `REPARSE ${one}`, "a branch has one path");
      assert.equal(say(`y: create ${child}/new dir`), `REPARSE ${one}/new`);
      assert.equal(say("y: open BRANCH/team/side/BRANCH/none"), "OBJECT_NAME_NOT_FOUND");
      assert.equal(say("y: open .agentvfs/checkpoints read; @y list"), ". .. HEAD");
      assert.equal(say("y: open .agentvfs/checkpoints/HEAD/none read"), "OBJECT_NAME_NOT_FOUND");
      assert.deepEqual(served.idle, [4], "nothing of it was opened");
      assert.equal(say("p: open .agentvfs/checkpoints/HEAD/a read; @p read"), "SUCCESS 'past'");
      assert.equal(say("y: open .agentvfs/checkpoints/none/a read"), "OBJECT_NAME_NOT_FOUND");
      const past = ".agentvfs/checkpoints/HEAD";
      for (
        const step of [
          `open ${past}/a`,
          `open ${past}/a write`,
          `create ${past}/b`,
          `over ${past}/a read`,
          `open ${past}/a doc del`,
        ]
      ) {
        assert.equal(say(`y: ${step}`), "MEDIA_WRITE_PROTECTED", step);
      }
      for (const step of ["delete", "rename .agentvfs/x"]) {
        assert.equal(say(`@p ${step}`), "ACCESS_DENIED", "no handle there may delete");
      }
      for (
        const step of [
          "write 0 x",
          "size 0",
          "setattr hidden",
          "setea a=b",
          "setlink x",
          "setsd 4",
        ]
      ) {
        assert.equal(say(`@p ${step}`), "MEDIA_WRITE_PROTECTED", step);
      }
      assert.equal(say(`m: open ${past}/a max granted?`), "0x1200a9");
    } finally {
      assert.deepEqual(served.idle, [4], "something of it is open");
      script.end();
      assert.deepEqual(served.idle, [4, 4], "a checkpoint that nobody has open may be closed");
      old.journal.close();
      side.close();
    }
  }, ASK));

Deno.test("directories stay known that somebody has seen, until there are too many: those that are open", () =>
  withServed("d/e/f o/", (script, { session, main }, { tree: { nodes } }) => {
    script.run("open d/e/f; o: open o; o: open o; x: open d; @x close");
    const known = nodes.size;
    assert.equal(known, 5, "the root, d, e, f and o");
    nodes.oldest = () => Float64Array.from(nodes.ids());
    session.forgetUnused(main);
    assert.equal(nodes.size, 3, "the root, f and o");
    assert.equal(script.run("write 0 x"), "SUCCESS 1");
    assert.equal(script.run("@o list"), ". ..");
  }));

Deno.test("very much that is deleted is told once, before the next request", () => {
  const told: string[] = [];
  const names = Array.from({ length: 6 }, (_, i) => `f${i}=x`).join(" ");
  withServed(names, (script, { main }) => {
    main.removals = new RemovalWatch(3);
    for (let i = 0; i < 6; i++) script.run(`x: open f${i} doc; @x close`);
    assert.deepEqual(told, ["main"]);
  }, { onRemoving: ({ branch }) => void told.push(branch!) });
});

Deno.test("a server that dies leaves all that was answered: the next one shows it in a new volume", () => {
  const fixture = new Fixture();
  try {
    const base = fixture.checkpoint();
    const first = fixture.tree.journal.segment;
    const script = new Script(serveTree(fixture.tree).driver);
    script.run("create d dir; x: create d/f; @x write 0 text; y: create gone; @y delete; @y close");
    script.run("z: create d/g; @z rename h; w: create l link; @w setlink d/f; @x setattr ro arch");
    const expected = treeText(fixture.tree);
    assert.equal(expected, "d/ !d/f=text h l->d/f");
    fixture.tree.journal.close();
    const segments = listSegments(fixture.journalPath).filter((segment) => segment >= first);
    fixture.tree = fixture.open(base, segments.at(-1)! + 1, fixture.tree.nextInode);
    replay(fixture.tree, segments);
    assert.equal(treeText(fixture.tree), expected);
    const next = new Script(serveTree(fixture.tree).driver);
    assert.equal(next.run("open d/f read; read"), "SUCCESS 'text'");
    assert.equal(next.run("x: open l link; @x getlink"), "d/f");
    next.end();
  } finally {
    fixture.close();
  }
});

Deno.test("requests that are cut, or name what is not there, are answered all the same", () =>
  withServed("a=x", (script, { driver, session }) => {
    script.run("open a");
    const whole = driver.createRequest("\\a", {});
    for (let length = REQUEST.SIZE_OF; length < whole.length; length++) {
      const cut = driver.createRequest("\\a", {}).slice(0, length);
      assert.equal(driver.give(cut)!.status, NtStatus.INVALID_PARAMETER);
    }
    assert.equal(session.answer(20).length, 0, "without a hint nobody can be answered");
    const unknown = (kind: number) => driver.ask(kind, [REQUEST.HANDLE, 99n]).status;
    for (const kind of [Kind.READ, Kind.WRITE, Kind.CLEANUP, Kind.CLOSE, Kind.SET_INFORMATION]) {
      assert.equal(statusName(unknown(kind)), "FILE_CLOSED");
    }
    for (const kind of [0, 17, 18, 22, 4000]) {
      assert.equal(statusName(unknown(kind)), "INVALID_DEVICE_REQUEST");
    }
    const far = driver.createRequest("\\a", {});
    new DataView(far.buffer).setUint16(REQUEST.FILE_NAME + 2, 60_000, true);
    assert.equal(statusName(driver.give(far)!.status), "OBJECT_NAME_INVALID");
    const made = driver.open("\\b", { disposition: Disposition.CREATE });
    assert.equal(made.answer.information, Outcome.CREATED);
    driver.close(made.handle!);
  }));
