/** Very many events: none is lost silently, and nobody waits for who writes them down. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { LogTail } from "../../src/telemetry/log/log_tail.ts";
import { listLogFiles } from "../../src/telemetry/log/log_files.ts";
import { parseLoggedEvent } from "../../src/telemetry/logged_event.ts";
import { countsBy } from "../../src/cli/telemetry/counts_by.ts";
import { tallyLost } from "../support/lost_events.ts";
import { withMount, withProject } from "../support/mounted.ts";
import { until } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";
import { storm, stormInTurns } from "./event_storm.ts";
import { withSmallDisk } from "../support/small_disk.ts";

const CHANGES = 5_000;
/** More than the queue of a sink and a socket hold. */
const MANY = 20_000;
/** Of the telemetry thread, bytes. */
const MOST_MEMORY = 64 * 1024 * 1024;

Deno.test("each change of a storm is in the log, or said to be lost, and no more is kept of it in memory", async () => {
  const { changes, missing, lost, memory } = await stormInTurns(CHANGES);
  assert.equal(missing, 0);
  assert.ok(lost < changes, "something is in the log");
  const { heapBytes, externalBytes, counts } = memory.threads.telemetry!;
  assert.ok(heapBytes + externalBytes < MOST_MEMORY, JSON.stringify(memory));
  assert.ok(counts.indexRows! < 20_000, JSON.stringify(counts));
});

Deno.test("who takes nothing of what he asked for holds up nobody, and the log has it all", async () => {
  await withTemporary(async (directory) => {
    const socket = join(directory, "collector");
    using listener = Deno.listen({ transport: "unix", path: socket });
    // It is connected to, and never read from.
    const taken: Deno.Conn[] = [];
    const accepting = (async () => {
      for await (const conn of listener) taken.push(conn);
    })();
    await withProject("echo 1 > a", async (mounted) => {
      const telemetry = await mounted.ctl("telemetry", "status");
      await storm(mounted, MANY);
      await until("the log has every change", () => {
        const [count] = countsBy(telemetry.directory, { actions: ["create", "unlink"] }, "branch");
        return Promise.resolve(
          (count?.events ?? 0) + tallyLost(telemetry.directory) >= MANY,
        );
      });
      assert.equal((await mounted.ctl("telemetry", "status")).failure, null);
    }, { arguments: ["--telemetry", `changes,unix=${socket}`], allowedLog: [/collector/] });
    for (const conn of taken) conn.close();
    listener.close();
    await accepting;
  });
});

Deno.test("where the log's disk is full the mount goes on, and the log says what it lacks", () =>
  withSmallDisk("tmpfs", async ({ project, disk }) => {
    await withMount(project, async (mounted) => {
      const { directory } = await mounted.ctl("telemetry", "status");
      await mounted.stop();
      Deno.removeSync(directory, { recursive: true });
      Deno.mkdirSync(join(disk, "telemetry"));
      Deno.symlinkSync(join(disk, "telemetry"), directory);
      await mounted.start();
      fill(join(disk, "filler"));
      await storm(mounted, 2_000);
      const failed = async () =>
        (await mounted.ctl("telemetry", "status")).failure as string | null;
      const why = await until("the log says that it cannot be written", failed);
      assert.match(why, /[Nn]o space left/);
      Deno.removeSync(join(disk, "filler"));
      const tail = new LogTail(directory);
      Deno.writeTextFileSync(mounted.path("last"), "");
      const lost = await until("the log says what it lacks", () => {
        const events = tail.take().map(parseLoggedEvent);
        return Promise.resolve(events.find((event) => event?.event.action === "lost"));
      });
      assert.ok(lost.agentvfs.lost! > 0);
      for (const { path } of listLogFiles(directory)) {
        const text = Deno.readTextFileSync(path);
        for (const line of text.split("\n").slice(0, -1)) assert.ok(parseLoggedEvent(line), line);
      }
    }, { allowedLog: [/Events cannot be written/] });
  }));

/** Until not one byte fits. */
function fill(path: string): void {
  using file = Deno.openSync(path, { create: true, write: true });
  for (let size = 1024 * 1024; size >= 1;) {
    try {
      if (file.writeSync(new Uint8Array(size)) < size) size = Math.floor(size / 2);
    } catch {
      size = Math.floor(size / 2);
    }
  }
}
