/** Rules on a volume: what programs are answered, what is done, and what is told of it. The driver is played. */

import assert from "node:assert/strict";
import { parsePolicy } from "../../src/policy/parse_policy.ts";
import { denialSentence } from "../../src/policy/denial_sentence.ts";
import { type Caller, Policy, UNKNOWN_CALLER } from "../../src/policy/policy.ts";
import { DispositionFlag } from "../../ffi/windows/nt_file.ts";
import { NtStatus } from "../../ffi/windows/nt_status.ts";
import { REQUEST } from "../../ffi/windows/winfsp/protocol.ts";
import { EMPTY_SNAPSHOT, Fixture } from "../tree/fixture.ts";
import { recording } from "./recording.ts";
import { type Ruled, ruled } from "./ruled.ts";
import { ruleRows } from "./rows/rule_rows.ts";
import { ANSWER_DEADLINE_MS } from "../../src/filters/ask_lane.ts";
import { FILTER, withAskedFilter } from "./asked_filter.ts";
import type { Handle } from "./driver.ts";
import type { OpenOptions } from "./driver_requests.ts";
import { given, Script, statusName, treeText } from "./script.ts";
import { type Served, serveTree, viewOf } from "./served.ts";

/** `VERB OPERATIONS PATTERN; …`, as a policy. */
function policyOf(text: string, more: Record<string, unknown> = {}): Policy {
  const rules = text.split("; ").map((rule, i) => {
    const [verb, operations, pattern] = rule.split(" ") as [string, string, string];
    const path_pattern = `/${decodeURIComponent(pattern)}`;
    return { name: `rule ${i + 1}`, path_pattern, [verb]: operations, ...more };
  });
  return new Policy(parsePolicy(JSON.stringify({ rules })), 1);
}

/** `ask OPERATIONS PATTERN`: the filter decides. */
function askingPolicy(operations: string, pattern: string): Policy {
  const rule = { name: "asked", path_pattern: `/${pattern}`, ask: FILTER, ops: operations };
  return new Policy(parsePolicy(JSON.stringify({ rules: [rule] })), 1);
}

Deno.test(`rules on a volume (${ruleRows.length} rows)`, () => {
  const fixture = new Fixture();
  try {
    const wrong = ruleRows.flatMap(([there, rules, steps, then, left], i) => {
      const tree = fixture.open(EMPTY_SNAPSHOT, 2 + i);
      try {
        given(tree, there);
        const { gate, denials } = ruled(policyOf(rules));
        const { recorder, told } = recording("changes");
        const script = new Script(serveTree(tree, { policy: gate, recorder }).driver);
        const got = script.run(steps);
        const isRefused = then === "ACCESS_DENIED";
        const refusals = denials.length;
        script.end();
        const found = treeText(tree);
        const row = `[${there}] ${rules} | ${steps}`;
        const events = told().filter(({ verdict }) => verdict === "deny");
        return [
          ...got === then ? [] : [`${row}: ${got}, not ${then}`],
          ...left === undefined || found === left ? [] : [`${row}: left "${found}"`],
          ...isRefused && refusals === 0 ? [`${row}: no denial`] : [],
          ...events.length === denials.length ? [] : [`${row}: ${events.length} events`],
          ...events.every(({ rule, error }) => rule && error === "EACCES")
            ? []
            : [`${row}: ${JSON.stringify(events.map(({ action, error }) => ({ action, error })))}`],
        ];
      } finally {
        tree.journal.close();
      }
    });
    assert.deepEqual(wrong, []);
  } finally {
    fixture.close();
  }
});

/** Runs `use` on a tree that has `there`, held to these rules. */
function withRules(
  there: string,
  { gate, denials }: Ruled,
  use: (script: Script, served: Served, parts: {
    readonly denials: Ruled["denials"];
    readonly told: () => string[];
    readonly fixture: Fixture;
  }) => void,
): void {
  const fixture = new Fixture();
  try {
    given(fixture.tree, there);
    const { recorder, told } = recording("changes");
    const served = serveTree(fixture.tree, { policy: gate, recorder });
    const script = new Script(served.driver);
    const brief = () =>
      told().map(({ action, path, verdict, rule, error }) =>
        [action, path, verdict, ...rule === undefined ? [] : [rule], ...error ? [error] : []].join(
          " ",
        )
      );
    use(script, served, { denials, told: brief, fixture });
    script.end();
    assert.equal(served.session.context.opens.size, 0, "something is open");
    assert.equal(served.session.unanswered, 0, "something is not answered");
  } finally {
    fixture.close();
  }
}

Deno.test("what was refused is told by the name that is kept, with the rule's, in a sentence and in the log", () =>
  withRules("Docs/Plan=x", ruled(policyOf("deny write Docs/*")), (script, _, { denials, told }) => {
    assert.equal(script.run("open dOCS/pLAN read; write 0 y"), "ACCESS_DENIED");
    const [{ path, operation, rule, thread, uid, branch }] = denials as [Ruled["denials"][0]];
    assert.deepEqual([path, operation, rule, thread, uid, branch], [
      "Docs/Plan",
      "write",
      "rule 1",
      4321,
      null,
      "main",
    ]);
    assert.equal(
      denialSentence({ ...denials[0]!, number: 1 }),
      'Writing Docs/Plan was refused by the rule "rule 1"',
    );
    assert.deepEqual(told(), ["write Docs/Plan deny rule 1 EACCES"]);
  }));

Deno.test("rules that come hold for what is open already, and those that go do not", () => {
  const rules = ruled(null);
  withRules("a=x b=y", rules, (script) => {
    script.run("open a; b: open b; @b delete");
    rules.gate.policy = policyOf("deny write,unlink *");
    assert.equal(script.run("write 0 y"), "ACCESS_DENIED");
    assert.equal(script.run("size 0"), "ACCESS_DENIED");
    assert.equal(script.run("delete"), "ACCESS_DENIED");
    assert.equal(script.run("rename c"), "ACCESS_DENIED");
    rules.gate.policy = null;
    assert.equal(script.run("write 0 y"), "SUCCESS 1");
  });
});

Deno.test("a deletion that was allowed is asked about again if the rules are others when the name goes", () => {
  const rules = ruled(null);
  withRules("a=x", rules, (script, { session }, { told, fixture }) => {
    script.run("open a; delete");
    rules.gate.policy = policyOf("deny unlink *");
    session.rulesChanged();
    assert.equal(script.run("close"), "SUCCESS", "closing cannot fail");
    assert.equal(treeText(fixture.tree), "a=x");
    assert.deepEqual(told(), ["unlink a deny rule 1 EACCES"]);
  });
});

/** Programs by the number of their process: each is what it is called. */
function programs(names: Readonly<Record<number, string>>) {
  return (pid: number): Caller => ({
    uid: null,
    runs: (program) => names[pid] === undefined ? null : names[pid] === program,
    isIn: () => false,
  });
}

function opened({ driver }: Served, pid: number, path: string, open: OpenOptions = {}): Handle {
  const { answer, handle } = driver.open(path, { ...open, token: BigInt(pid) << 32n | 77n });
  assert.ok(handle !== null, statusName(answer.status));
  return handle;
}

Deno.test("who has something deleted decides, and not who closes it last", () => {
  const rules = ruled(
    policyOf("deny unlink,write *", { program: "bad" }),
    programs({ 1: "good", 2: "bad" }),
  );
  withRules("a=x b=y", rules, (_, served, { denials, fixture, told }) => {
    const { driver } = served;
    const [good, bad] = [opened(served, 1, "\\a"), opened(served, 2, "\\a", { access: 0x10081 })];
    assert.equal(driver.dispose(bad).status, NtStatus.ACCESS_DENIED);
    assert.equal(driver.write(bad, 0, Uint8Array.of(1)).status, NtStatus.ACCESS_DENIED);
    assert.deepEqual(denials.map(({ thread }) => thread), [2, 2]);
    assert.equal(driver.dispose(good).status, NtStatus.SUCCESS);
    driver.close(good);
    assert.equal(treeText(fixture.tree), "a=x b=y");
    driver.close(bad);
    assert.equal(treeText(fixture.tree), "b=y");
    const [keeps, deletes] = [
      opened(served, 2, "\\b", { access: 0x80 }),
      opened(served, 1, "\\b", { options: 0x1000 }),
    ];
    driver.close(deletes);
    driver.close(keeps);
    assert.equal(treeText(fixture.tree), "");
    assert.deepEqual(told(), [
      "unlink a deny rule 1 EACCES",
      "write a deny rule 1 EACCES",
      "unlink a allow",
      "unlink b allow",
    ]);
  });
});

Deno.test("whom nobody knows is refused what some are refused, and has nothing that only some have", () => {
  const denies = ruled(policyOf("deny write a", { program: "git.exe" }), () => UNKNOWN_CALLER);
  withRules("a=x", denies, (script) => {
    assert.equal(script.run("open a read; write 0 y"), "ACCESS_DENIED");
  });
  const allows = policyOf("allow write a", { program: "git.exe" });
  const both = new Policy([...allows.rules, ...policyOf("deny write *").rules], 1);
  withRules("a=x", ruled(both, () => UNKNOWN_CALLER), (script) => {
    assert.equal(script.run("open a read; write 0 y"), "ACCESS_DENIED");
  });
});

Deno.test("a rule about a user, who has no number here, holds for everybody if it denies", () => {
  const nobody = programs({});
  withRules("a=x", ruled(policyOf("deny write a", { uid: 0 }), nobody), (script) => {
    assert.equal(script.run("open a read; write 0 y"), "ACCESS_DENIED");
  });
});

Deno.test("what is watched is told with the rule, a deletion when the name goes", () =>
  withRules("a=x", ruled(policyOf("soft_watch unlink,read *")), (script, _, { told }) => {
    script.run("open a read; read");
    assert.deepEqual(told(), ["open a watch rule 1", "read a watch rule 1"]);
    script.run("open a; delete");
    assert.deepEqual(told(), ["open a watch rule 1"]);
    script.run("close");
    assert.deepEqual(told(), ["unlink a watch rule 1"]);
  }));

Deno.test("rules about a branch hold there, and in checkpoints those about every branch", () => {
  const [side, rules] = [new Fixture(), ruled(policyOf("deny write *", { branch: "side" }))];
  try {
    given(side.tree, "f=x");
    withRules("f=x", rules, (script, served, { fixture }) => {
      const old = fixture.open(EMPTY_SNAPSHOT, 900);
      given(old, "f=old");
      served.views.add(viewOf(side.tree, 3, "side"));
      served.views.add({ ...viewOf(old, 4), branch: null, writable: false });
      assert.equal(script.run("x: open f; @x write 0 y"), "SUCCESS 1");
      const view = served.views.get(3)!;
      const file = served.session.context.opens.open({
        view,
        inode: view.tree.lookup(view.tree.root, "f") as never,
        parent: view.tree.root,
        name: "f",
        virtual: null,
        caller: 4321,
        access: 0,
        isMade: false,
      });
      const handle: Handle = {
        ...opened(served, 4321, "\\f"),
        context: 0n,
        handle: BigInt(file.handle),
      };
      assert.equal(
        served.driver.write(handle, 0, Uint8Array.of(65)).status,
        NtStatus.ACCESS_DENIED,
      );
      assert.equal(treeText(side.tree), "f=x");
      assert.deepEqual(rules.denials.map(({ branch }) => branch), ["side"]);
      served.driver.closed(handle);
      served.driver.close({ ...handle, handle: handle.handle + 1n });
      old.journal.close();
      served.views.remove(4);
      served.views.remove(3);
    });
  } finally {
    side.close();
  }
});

const hintOf = (bytes: Uint8Array<ArrayBuffer>) =>
  new DataView(bytes.buffer).getBigUint64(REQUEST.HINT, true);

Deno.test("a filter that is asked is waited for, and others are served meanwhile", () =>
  withAskedFilter((filter) => {
    const { filters, asked, answer } = filter;
    const rules = ruled(askingPolicy("write,create,unlink", "s*"), undefined, filters);
    withRules("a=x s=x", rules, (script, { driver, session }, { told, fixture }) => {
      const open = { access: 1 | 0x10000 };
      const { handle } = driver.open("\\s", open);
      const made = driver.createRequest("\\sNew", { disposition: 2, access: 1 });
      assert.equal(driver.give(made), null, "it waits");
      assert.equal(script.run("open a; write 0 y"), "SUCCESS 1", "another is served");
      assert.deepEqual(asked(), ["create /m/sNew"]);
      session.serveFiltered();
      assert.equal(driver.late.size, 0);
      answer("allow");
      session.serveFiltered();
      const granted = driver.late.get(hintOf(made))!;
      assert.equal(granted.status, NtStatus.SUCCESS);
      driver.close(driver.opened("\\sNew", { access: 1 }, granted).handle!);
      assert.equal(treeText(fixture.tree), "a=y s=x sNew");

      const dispose = () => driver.dispose(handle!, DispositionFlag.DELETE);
      assert.throws(dispose, /was not answered/);
      answer("deny");
      session.serveFiltered();
      assert.equal([...driver.late.values()].at(-1)!.status, NtStatus.ACCESS_DENIED);
      assert.throws(dispose, /was not answered/);
      answer("allow");
      session.serveFiltered();
      assert.equal([...driver.late.values()].at(-1)!.status, NtStatus.SUCCESS);
      driver.names.disposed(handle!, DispositionFlag.DELETE);
      driver.close(handle!);
      assert.equal(treeText(fixture.tree), "a=y sNew");
      assert.deepEqual(asked(), ["unlink /m/s", "unlink /m/s"], "once for each deletion");
      assert.deepEqual(told(), [
        "write a allow",
        "create sNew allow",
        "unlink s deny asked EACCES",
        "unlink s allow",
      ]);
    });
  }));

Deno.test("what no filter answers in time is as its rule says", () =>
  withAskedFilter(({ filters, later }) => {
    const rules = ruled(askingPolicy("create", "s*"), undefined, filters);
    withRules("", rules, (_, { driver, session }, { fixture }) => {
      const made = driver.createRequest("\\s", { disposition: 2 });
      assert.equal(driver.give(made), null);
      later(60_000);
      session.serveFiltered();
      assert.equal(driver.late.get(hintOf(made))!.status, NtStatus.ACCESS_DENIED);
      assert.equal(treeText(fixture.tree), "");
    });
  }));

Deno.test("the loop says how long who waits for a filter may wait, whenever it goes to wait in the driver", () => {
  withAskedFilter(({ filters, answer }) => {
    const fixture = new Fixture();
    const tree = fixture.open(EMPTY_SNAPSHOT, 2);
    const { gate } = ruled(askingPolicy("create", "s*"), undefined, filters);
    const patiences: number[] = [];
    const answered: number[] = [];
    const requests = [
      (into: Uint8Array) => {
        const made = driver.createRequest("\\sNew", { disposition: 2, access: 1 });
        into.set(made);
        return made.length;
      },
      () => 0,
      () => {
        answer("allow");
        return 0;
      },
      () => -1,
    ];
    const { driver, session } = serveTree(tree, {
      policy: gate,
      onFiltersWait: (patience) => void patiences.push(patience),
      transport: {
        transact: (_response, into) => requests.shift()!(into),
        respond: (response) => void answered.push(response.length),
      },
    });
    session.run();
    assert.deepEqual(patiences, [ANSWER_DEADLINE_MS, ANSWER_DEADLINE_MS]);
    assert.equal(answered.length, 1);
    fixture.close();
  });
});
