import assert from "node:assert/strict";
import { dirname } from "node:path";
import { withTemporary } from "../../../tests/support/temporary.ts";
import { type CallRecord, WorkJournal } from "./work_journal.ts";

function call(id: number, branch = "main"): CallRecord {
  const details = { call: `call_${id}` };
  return {
    kind: "call",
    branch,
    time: id,
    agent: "claude",
    details,
    commit: null,
    outcome: "done",
  };
}

const calls = (journal: WorkJournal) => journal.of("call").map(({ details }) => details.call);

async function withPath(body: (path: string) => void | Promise<void>): Promise<void> {
  await withTemporary((directory) => Promise.resolve(body(`${directory}/agents.jsonl`)));
}

Deno.test("what was noted is there for the next server, also after a line that was torn", () =>
  withPath((path) => {
    const first = WorkJournal.open(path);
    first.append(call(1));
    first.append({ kind: "told", branch: "main", session: null, knows: 7 });
    Deno.writeTextFileSync(path, '{"kind":"call","branch":"ma', { append: true });
    const second = WorkJournal.open(path);
    second.append(call(2));
    first.close();
    second.close();
    Deno.writeTextFileSync(path, 'null\n{"kind":"constructor","branch":"b"}\n', { append: true });
    const third = WorkJournal.open(path);
    assert.deepEqual(calls(third), ["call_1", "call_2"]);
    assert.deepEqual(third.of("told").map(({ knows }) => knows), [7]);
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
  }));

Deno.test("the file stays small: the newest of each kind are kept, of what a session knows the last", () =>
  withPath((path) => {
    const journal = WorkJournal.open(path);
    journal.append({ kind: "told", branch: "main", session: "s", knows: 1 });
    for (let i = 0; i < 12_000; i++) {
      journal.append(call(i));
      if (i % 100 === 0) journal.append({ kind: "told", branch: "main", session: "s", knows: i });
    }
    journal.close();
    const lines = Deno.readTextFileSync(path).split("\n").length;
    assert.ok(lines > 4_000 && lines <= 10_001, `${lines} lines`);
    const again = WorkJournal.open(path);
    assert.equal(calls(again).at(-1), "call_11999");
    assert.ok(calls(again).length >= 4_000);
    assert.equal(again.of("told").at(-1)!.knows, 11_900);
  }));

Deno.test("notes follow a branch to its new name; what cannot be written is nobody's error", () =>
  withPath((path) => {
    const journal = WorkJournal.open(path);
    journal.append(call(1, "a"));
    journal.append(call(2, "b"));
    journal.renamed("a", "c");
    const branches = (of: WorkJournal) => of.of("call").map(({ branch }) => branch);
    assert.deepEqual(branches(WorkJournal.open(path)), ["c", "b"]);
    const nowhere = WorkJournal.open(dirname(path));
    nowhere.append(call(1));
    nowhere.append(call(2));
    assert.deepEqual(calls(nowhere), ["call_1", "call_2"]);
    nowhere.close();
    journal.close();
  }));
