import assert from "node:assert/strict";
import type { Action, TelemetryEvent } from "../event.ts";
import type { EventQuestion } from "../index/select_rows.ts";
import { indexPath } from "../index/index_file.ts";
import { COLUMNS, NONE } from "../index/part_layout.ts";
import { microseconds } from "../logged_event.ts";
import { EventLog } from "./event_log.ts";
import { listLogFiles } from "./log_files.ts";
import { logParts, makeIndexes } from "./log_parts.ts";
import { findLogLines, readLogLines } from "./log_reader.ts";
import { LOG_LIMITS, type LogLimits } from "./log_limits.ts";
import { LogWriter } from "./log_writer.ts";

const ACTIONS: readonly Action[] = ["create", "write", "rename", "unlink", "exec", "checkpoint"];
const MANY_NAMES = Array.from({ length: 200 }, (_, i) => `na\xc3\xa9ve-${i}`);
const PROCESSES = [
  { pid: 7, tid: 7, uid: 0, gid: 0, name: "sh", args: ["sh", "-c", "x"], parent: 1, start: 5 },
  { pid: 8, tid: 9, uid: 0, gid: 0, name: "na\xefve \xff" },
  { pid: 9, tid: 9, uid: 0, gid: 0, name: "touch", args: ["touch", ...MANY_NAMES], start: 6 },
  undefined,
];

/** Of every kind, with names of every kind. */
function eventAt(i: number): TelemetryEvent {
  const process = PROCESSES[i % PROCESSES.length];
  const action = ACTIONS[i % ACTIONS.length]!;
  return {
    provider: i % 11 === 0 ? "agentvfs" : "mount",
    action,
    time: 1000 + i * 3.25,
    error: i % 7 === 0 ? "EACCES" : 0,
    branch: i % 5 === 0 ? "other" : "main",
    ...(i % 13 === 0 && action !== "rename"
      ? {}
      : { path: `/m/d${i % 10}/\xc3\xa9${i}\xff"${i % 3}` }),
    ...(action === "rename" ? { target: `/m/e/n${i}` } : {}),
    ...(action === "write" ? { bytes: i * 1e9, offset: 0 } : {}),
    ...(process === undefined ? {} : { process }),
    ...(i % 17 === 0 ? { call: `c${i % 4}`, tool: "Bash" } : {}),
  };
}

function withLog(limits: Partial<LogLimits>, count: number, body: (directory: string) => void) {
  const directory = Deno.makeTempDirSync();
  try {
    const writer = new LogWriter(directory, { ...LOG_LIMITS, ...limits });
    const log = new EventLog(writer);
    for (let i = 0; i < count; i++) log.write(eventAt(i));
    log.close();
    body(directory);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

/** All that the indexes say. */
function tables(directory: string) {
  // A part is good until the next one.
  return Array.from(logParts(directory, { columns: COLUMNS }), ({ file, part }) => ({
    file,
    header: part.header,
    actors: part.actors,
    args: part.args,
    paths: Array.from(part.path, (place) => place === NONE ? null : part.pathAt(place)),
    target: [...part.target],
    bytes: [...part.bytes],
    time: [...part.time],
  }));
}

function eachIndex(directory: string, change: (path: string) => void): void {
  for (const { path } of listLogFiles(directory)) change(indexPath(path));
}

Deno.test("an index is the same whether it was made with the lines or from them", () =>
  withLog({ fileBytes: 64 * 1024 }, 2_000, (directory) => {
    assert.ok(listLogFiles(directory).length > 5);
    const finished = listLogFiles(directory).slice(0, -1).map(({ path }) => indexPath(path));
    const written = finished.map((path) => Deno.readFileSync(path));
    const before = tables(directory);
    eachIndex(directory, (path) => Deno.removeSync(path));
    const inMemory = tables(directory);
    assert.deepEqual(finished.map((path) => Deno.readFileSync(path)), written);
    assert.deepEqual(inMemory.slice(0, -1), before.slice(0, -1));
    const rows = inMemory.reduce((sum, { header }) => sum + header.rows, 0);
    assert.equal(rows, 2_000);
  }));

Deno.test("long arguments are whole once in each file, and in its index", () =>
  withLog({ fileBytes: 64 * 1024 }, 2_000, (directory) => {
    const names = MANY_NAMES.map((name) => name.replace("\xc3\xa9", "é"));
    for (const { path } of listLogFiles(directory).slice(1, -1)) {
      const lines = Deno.readTextFileSync(path).trimEnd().split("\n");
      const told = lines.map((line) => JSON.parse(line).process)
        .filter((process) => process?.name === "touch");
      const whole = told.filter(({ args_count }) => args_count === undefined);
      const execs = lines.filter((line) => line.includes('"action":"exec"'))
        .filter((line) => line.includes('"name":"touch"')).length;
      assert.ok(whole.length - execs <= 1 && told.length > whole.length);
      for (const { args } of whole) assert.deepEqual(args, ["touch", ...names]);
      for (const { args, args_count } of told.filter((each) => !whole.includes(each))) {
        assert.equal(args_count, names.length + 1);
        const kept = args.slice(0, -1);
        assert.deepEqual(kept, ["touch", ...names].slice(0, kept.length));
        assert.ok(names[kept.length - 1]!.startsWith(args.at(-1)) && kept.length > 15);
      }
    }
    for (const { actors, args } of tables(directory).slice(1, -1)) {
      const at = actors.findIndex(({ name, cut }) => name === "touch" && cut === undefined);
      assert.equal(args[at]!.length, names.length + 1);
    }
  }));

Deno.test("what finished files lack is made before anybody asks, in steps", () =>
  withLog({ fileBytes: 64 * 1024 }, 2_000, (directory) => {
    const indexes = listLogFiles(directory).map(({ path }) => indexPath(path));
    const written = indexes.map((path) => Deno.readFileSync(path));
    assert.equal([...makeIndexes(directory)].length, 0);
    const [first, second] = indexes;
    const parts = tables(directory).filter(({ file }) => [first, second].includes(indexPath(file)));
    Deno.removeSync(first!);
    Deno.truncateSync(second!, 100);
    Deno.removeSync(indexes.at(-1)!);
    assert.equal([...makeIndexes(directory)].length, parts.length);
    const made = indexes.slice(0, -1).map((path) => Deno.readFileSync(path));
    assert.deepEqual(made, written.slice(0, -1));
    assert.throws(() => Deno.statSync(indexes.at(-1)!), Deno.errors.NotFound);
    // A file that is rotated away meanwhile leaves no index behind.
    Deno.removeSync(first!);
    let steps = 0;
    for (const _ of makeIndexes(directory)) {
      if (steps++ === 0) Deno.removeSync(listLogFiles(directory)[0]!.path);
    }
    assert.ok(steps > 0);
    assert.throws(() => Deno.statSync(first!), Deno.errors.NotFound);
    assert.deepEqual([...makeIndexes(`${directory}/none`)], []);
  }));

Deno.test("an index that is damaged or older than its file is made anew, and is never believed", () => {
  const damages: readonly [string, (path: string) => void][] = [
    ["cut", (path) => Deno.truncateSync(path, Deno.statSync(path).size - 1)],
    ["empty", (path) => Deno.truncateSync(path, 0)],
    ["old", (path) => Deno.utimeSync(path, 1, 1)],
    ...Array.from({ length: 40 }, (_, i): [string, (path: string) => void] => [
      `a byte at ${i}/40`,
      (path) => {
        const bytes = Deno.readFileSync(path);
        bytes[Math.floor(bytes.length * i / 40)]! ^= 0x10;
        Deno.writeFileSync(path, bytes);
      },
    ]),
  ];
  withLog({ fileBytes: 64 * 1024 }, 600, (directory) => {
    const before = tables(directory).flatMap(({ paths }) => paths);
    const [first] = listLogFiles(directory);
    const index = Deno.readFileSync(indexPath(first!.path));
    for (const [damage, change] of damages) {
      change(indexPath(first!.path));
      const seen = tables(directory).flatMap(({ paths }) => paths);
      assert.deepEqual(seen, before, damage);
      tables(directory);
      assert.deepEqual(Deno.readFileSync(indexPath(first!.path)), index, `${damage}: made anew`);
    }
  });
});

Deno.test("what is found by the index is what reading every line finds", () =>
  withLog({ fileBytes: 64 * 1024 }, 1_500, (directory) => {
    const all = [...readLogLines(directory)];
    const found = (question: EventQuestion) => [...findLogLines(directory, question)];
    const newestFirst = true;
    assert.deepEqual(found({}), all);
    assert.deepEqual([...findLogLines(directory, {}, { newestFirst })], all.toReversed());
    const path = '/m/d4/\xc3\xa94\xff"1';
    assert.deepEqual(found({ paths: [path] }).length, 1);
    assert.deepEqual(
      found({ paths: ["/m/d3"] }),
      all.filter((line) => line.includes('"/m/d3/')),
    );
    assert.deepEqual(
      found({ paths: ["/m/e/n20"] }),
      all.filter((line) => line.includes('/e/n20"')),
    );
    assert.deepEqual(found({ paths: ["/m/d"] }), []);
    assert.deepEqual(found({ paths: ["/m"] }), all.filter((line) => line.includes('"/m/')));
    assert.deepEqual(
      [...findLogLines(directory, { actions: ["checkpoint"] }, { newestFirst })],
      all.filter((line) => line.includes('"action":"checkpoint"')).toReversed(),
    );
    assert.deepEqual(
      found({ actor: ({ call }) => call === "c1" }),
      all.filter((line) => line.includes('"call":"c1"')),
    );
    const times = all.map((line) => microseconds(JSON.parse(line)["@timestamp"]));
    const since = times[700]!;
    assert.deepEqual(found({ since }), all.filter((_, i) => times[i]! >= since));
  }));

Deno.test("the open file is found, too: what its index tells of, and what it does not yet", () =>
  withLog({}, 500, (directory) => {
    const writer = new LogWriter(directory, LOG_LIMITS);
    const log = new EventLog(writer);
    for (let i = 500; i < 900; i++) log.write(eventAt(i));
    writer.flush();
    Deno.writeTextFileSync(listLogFiles(directory)[0]!.path, '{"a line that is', { append: true });
    const all = [...readLogLines(directory)];
    assert.equal(all.length, 900);
    assert.deepEqual([...findLogLines(directory, {})], all);
    assert.deepEqual([...findLogLines(directory, {}, { newestFirst: true })], all.toReversed());
    writer.close();
  }));
