import assert from "node:assert/strict";
import { ecsLine } from "./ecs.ts";
import { listLogFiles } from "./log_files.ts";
import { LOG_LIMITS, LogWriter } from "./log_writer.ts";
import { readLogLines } from "./log_reader.ts";
import { indexPath, mayTellOf, PathIndex } from "./path_index.ts";

Deno.test("a question about a path reads the files that may answer it, and finds all lines", () => {
  const directory = Deno.makeTempDirSync();
  try {
    const writer = new LogWriter(directory, { ...LOG_LIMITS, fileBytes: 5_000, files: 1000 });
    const expected = new Map<string, number>();
    for (let i = 1; i <= 1000; i++) {
      const path = `/m/d${Math.floor(i / 100)}/"f\n${i % 7}`;
      const event = { provider: "mount", action: "create", time: 0, path } as const;
      writer.append(ecsLine(event, { sequence: i, wallOffset: 0 }), path);
      writer.flush();
      for (const part of ["/m", path.slice(0, 5).replace(/\/$/, ""), path]) {
        expected.set(part, (expected.get(part) ?? 0) + 1);
      }
    }
    writer.close();
    const files = listLogFiles(directory);
    assert.ok(files.length > 20);
    for (const [path, count] of expected) {
      const found = [...readLogLines(directory, { paths: [path] })];
      assert.equal(found.length, count, path);
    }
    const telling = files.filter(({ path }) => mayTellOf(path, ["/m/d5"]));
    assert.ok(telling.length < files.length / 4, `${telling.length} of ${files.length}`);
    assert.deepEqual([...readLogLines(directory, { paths: ["/m/none"] })], []);
    Deno.writeFileSync(indexPath(files[0]!.path), new Uint8Array(3));
    assert.equal(mayTellOf(files[0]!.path, ["/m/none"]), true);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});

Deno.test("files that were finished before are not read", () => {
  const directory = Deno.makeTempDirSync();
  try {
    const writer = new LogWriter(directory, { ...LOG_LIMITS, fileBytes: 400 });
    for (let i = 1; i <= 4; i++) {
      const event = { provider: "mount", action: "create", time: 0, path: `/m/${i}` } as const;
      writer.append(ecsLine(event, { sequence: i, wallOffset: 0 }), event.path);
      writer.flush();
    }
    writer.close();
    const [first] = listLogFiles(directory);
    Deno.utimeSync(first!.path, 1, 1);
    const all = [...readLogLines(directory)].length;
    assert.ok([...readLogLines(directory, { since: 5_000 })].length < all);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});

Deno.test("a large index has what was put into it, and little else", () => {
  const directory = Deno.makeTempDirSync();
  try {
    const index = new PathIndex();
    const paths = Array.from({ length: 20_000 }, (_, i) => `/m/some/directory/file ${i}`);
    for (const path of paths) index.add(path);
    index.write(`${directory}/log`);
    for (const path of paths) assert.ok(mayTellOf(`${directory}/log`, [path]), path);
    const others = paths.filter((path) => mayTellOf(`${directory}/log`, [`${path} other`]));
    assert.ok(others.length < 10, `${others.length} of ${paths.length}`);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});
