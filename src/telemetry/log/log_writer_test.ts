import assert from "node:assert/strict";
import { ecsLine } from "./ecs.ts";
import { listLogFiles } from "./log_files.ts";
import { LOG_LIMITS } from "./log_limits.ts";
import { LogWriter } from "./log_writer.ts";
import { readLogLines } from "./log_reader.ts";
import { parseLoggedEvent } from "../logged_event.ts";

function inDirectory(body: (directory: string) => void): void {
  const directory = Deno.makeTempDirSync();
  try {
    body(`${directory}/telemetry`);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

function line(sequence: number, action: "create" | "source-stopped" = "create"): string {
  const event = { provider: "mount", action, time: 0, path: `/m/${sequence}` } as const;
  return ecsLine(event, { sequence, wallOffset: 0 });
}

const sequences = (directory: string) =>
  [...readLogLines(directory)].map((line) => parseLoggedEvent(line)?.event.sequence);

Deno.test("the log is for its owner, and goes on where the one before it ended", () =>
  inDirectory((directory) => {
    const first = new LogWriter(directory, LOG_LIMITS);
    assert.equal(first.lastSequence, 0);
    assert.equal(first.wasCut, false);
    first.append(line(1));
    first.append(line(2, "source-stopped"));
    first.close();
    assert.equal(Deno.statSync(directory).mode! & 0o777, 0o700);
    assert.equal(Deno.statSync(listLogFiles(directory)[0]!.path).mode! & 0o777, 0o600);
    const second = new LogWriter(directory, LOG_LIMITS);
    assert.equal(second.lastSequence, 2);
    assert.equal(second.wasCut, false);
    second.append(line(3));
    second.close();
    assert.deepEqual(sequences(directory), [1, 2, 3]);
    assert.equal(new LogWriter(directory, LOG_LIMITS).wasCut, true);
  }));

Deno.test("the beginning of a line is not read, and the next writer cuts it off", () =>
  inDirectory((directory) => {
    const first = new LogWriter(directory, LOG_LIMITS);
    first.append(line(1));
    first.close();
    const { path } = listLogFiles(directory)[0]!;
    Deno.writeTextFileSync(path, line(2).slice(0, 40), { append: true });
    assert.deepEqual(sequences(directory), [1]);
    const second = new LogWriter(directory, LOG_LIMITS);
    assert.equal(second.lastSequence, 1);
    second.append(line(2));
    second.close();
    assert.deepEqual(sequences(directory), [1, 2]);
  }));

Deno.test("a new file is begun when one is full, and the oldest go", () =>
  inDirectory((directory) => {
    const writer = new LogWriter(directory, { ...LOG_LIMITS, fileBytes: 1000, files: 3 });
    for (let i = 1; i <= 100; i++) {
      writer.append(line(i));
      writer.flush();
    }
    writer.close();
    const files = listLogFiles(directory);
    assert.equal(files.length, 3);
    for (const { path } of files) assert.ok(Deno.statSync(path).size <= 1000);
    const kept = sequences(directory);
    assert.deepEqual(kept, Array.from({ length: kept.length }, (_, i) => 101 - kept.length + i));
  }));

Deno.test("what cannot be written is counted, and what follows is written", () =>
  inDirectory((directory) => {
    const writer = new LogWriter(directory, LOG_LIMITS);
    Deno.removeSync(directory);
    writer.append(line(1));
    writer.append(line(2));
    writer.flush();
    assert.equal(writer.lost, 2);
    assert.notEqual(writer.failure, null);
    Deno.mkdirSync(directory);
    writer.append(line(3));
    writer.close();
    assert.equal(writer.failure, null);
    assert.deepEqual(sequences(directory), [3]);
  }));

Deno.test("what was left of an index that somebody made goes when the next writer begins", () =>
  inDirectory((directory) => {
    Deno.mkdirSync(directory);
    Deno.writeTextFileSync(`${directory}/20260101-000001.ndjson.idx.1.idx-unfinished`, "x");
    new LogWriter(directory, LOG_LIMITS).close();
    assert.deepEqual([...Deno.readDirSync(directory)], []);
  }));
