import { failure } from "../../host/failure.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import { GroupSync } from "./group_sync.ts";
import { Journal, type SegmentEnd, segmentName } from "./journal.ts";
import { RecordType } from "./journal_record.ts";
import { Status } from "../status.ts";

interface UnderWay {
  readonly segment: number;
  /** How long it was when the flush began: more need not be durable. */
  readonly length: number;
  readonly ended: (result: number) => void;
}

/** A journal whose flushes end when the test says so, and what it has been told. */
class Disk {
  readonly directory = Deno.makeTempDirSync({ prefix: "agentvfs-sync-" });
  readonly journal = new Journal(this.directory);
  readonly group: GroupSync;
  readonly underWay: UnderWay[] = [];
  begun = 0;
  /** Bytes of each segment that are durable. */
  readonly durable = new Map<number, number>();
  readonly failed = new Set<number>();
  removedBefore = 1;
  asked = 0;
  answered = 0;

  constructor() {
    this.journal.begin(1);
    this.group = new GroupSync(this.journal, (fd, ended) => {
      const path = Deno.readLinkSync(`/proc/self/fd/${fd}`);
      const segment = Number(/(\d+)\.journal$/.exec(path)![1]);
      this.underWay.push({ segment, length: this.length(segment), ended });
      this.begun++;
      return true;
    });
  }

  length(segment: number): number {
    return Deno.statSync(`${this.directory}/${segmentName(segment)}`).size;
  }

  append(): void {
    const { journal } = this;
    assert.equal(journal.append(journal.record.begin(RecordType.UNLINK).number(1).finish()), 0);
  }

  /** Asks for a sync; the answer is checked when it comes. */
  sync(): Status[] {
    const { end } = this.journal;
    const answers: Status[] = [];
    this.asked++;
    this.group.sync((status) => {
      this.answered++;
      answers.push(status);
      if (status === Status.Ok) this.#check(end);
    });
    return answers;
  }

  #check(end: SegmentEnd): void {
    for (let segment = this.removedBefore; segment <= end.segment; segment++) {
      const needed = segment === end.segment ? end.length : this.length(segment);
      const durable = this.durable.get(segment) ?? 0;
      assert.ok(durable >= needed, `${durable} of ${needed} bytes of segment ${segment}`);
      assert.ok(!this.failed.has(segment), `segment ${segment} had failed`);
    }
  }

  /** The flush that began first ends. */
  endFlush(result = 0): void {
    const flush = this.underWay.shift();
    if (flush === undefined) return;
    const { segment, length } = flush;
    // A segment is never durable before one in front of it.
    for (let before = this.removedBefore; result === 0 && before < segment; before++) {
      assert.ok((this.durable.get(before) ?? 0) >= this.length(before), `${before} of ${segment}`);
    }
    if (result < 0) this.failed.add(segment);
    else this.durable.set(segment, Math.max(length, this.durable.get(segment) ?? 0));
    flush.ended(result);
  }

  rotate(): void {
    this.journal.begin(this.journal.segment + 1);
  }

  /** As a checkpoint that has all earlier segments. */
  settle(): void {
    this.removedBefore = this.journal.segment;
    this.journal.removeBefore(this.removedBefore, new Set());
  }

  [Symbol.dispose](): void {
    this.journal.close();
    Deno.removeSync(this.directory, { recursive: true });
  }
}

Deno.test("who asks while a flush is under way waits for the next one, together", () => {
  using disk = new Disk();
  disk.append();
  const first = disk.sync();
  disk.append();
  const others = [disk.sync(), disk.sync(), disk.sync()];
  assert.equal(disk.begun, 1);
  disk.endFlush();
  assert.deepEqual(first, [Status.Ok]);
  assert.deepEqual(others, [[], [], []]);
  assert.equal(disk.begun, 2);
  disk.endFlush();
  assert.deepEqual(others, [[Status.Ok], [Status.Ok], [Status.Ok]]);
  assert.equal(disk.begun, 2);
});

Deno.test("what is durable already is answered at once", () => {
  using disk = new Disk();
  disk.sync();
  disk.endFlush();
  assert.deepEqual(disk.sync(), [Status.Ok]);
  assert.equal(disk.begun, 1);
});

Deno.test("after a failed flush every sync fails until the segment is gone", () => {
  using disk = new Disk();
  const answers = [disk.sync()];
  disk.append();
  answers.push(disk.sync());
  disk.endFlush(failure("EIO"));
  answers.push(disk.sync());
  assert.deepEqual(answers, [[Status.InputOutput], [Status.InputOutput], [Status.InputOutput]]);
  assert.equal(disk.begun, 1);
  disk.rotate();
  assert.deepEqual(disk.sync(), [Status.InputOutput]);
  disk.settle();
  const last = disk.sync();
  disk.endFlush();
  assert.deepEqual(last, [Status.Ok]);
});

Deno.test("a failure of a segment that a checkpoint took meanwhile does no harm", () => {
  using disk = new Disk();
  const before = disk.sync();
  disk.rotate();
  disk.settle();
  disk.endFlush(failure("EIO"));
  disk.failed.clear();
  assert.deepEqual(before, [Status.Ok]);
  const after = disk.sync();
  disk.endFlush();
  assert.deepEqual(after, [Status.Ok]);
});

Deno.test("where no flush can be begun whoever asks waits", () => {
  using disk = new Disk();
  disk.append();
  const group = new GroupSync(disk.journal, () => false);
  const answers: Status[] = [];
  group.sync((status) => answers.push(status));
  assert.deepEqual(answers, [Status.Ok]);
});

Deno.test("whatever happens between: all are answered once, and only with what is true", () => {
  const action = fc.constantFrom(
    ...["append", "append", "sync", "sync", "end", "end", "end", "fail", "rotate", "settle"],
  );
  fc.assert(fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
    using disk = new Disk();
    for (const action of actions) {
      if (action === "append") disk.append();
      else if (action === "sync") disk.sync();
      else if (action === "end") disk.endFlush();
      else if (action === "fail") disk.endFlush(failure("EIO"));
      else if (action === "rotate") disk.rotate();
      else disk.settle();
    }
    while (disk.underWay.length > 0) disk.endFlush();
    assert.equal(disk.answered, disk.asked);
  }));
});
