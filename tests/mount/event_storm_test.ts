/** Very many events: none is lost silently, and nobody waits for who writes them down. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { LogTail } from "../../src/telemetry/log/log_tail.ts";
import { listLogFiles } from "../../src/telemetry/log/log_files.ts";
import { readLogLines } from "../../src/telemetry/log/log_reader.ts";
import { parseLoggedEvent } from "../../src/telemetry/logged_event.ts";
import { type Mounted, withMount, withProject } from "../support/mounted.ts";
import { succeed, until } from "../support/process.ts";
import { PYTHON, scriptPath } from "../support/python.ts";
import { withSmallDisk } from "../support/small_disk.ts";

const CHANGES = 20_000;

async function storm(mounted: Mounted, changes: number): Promise<void> {
  const script = scriptPath(import.meta.url, "event_storm.py");
  await succeed([PYTHON, script, String(changes)], { cwd: mounted.mount });
}

/** How many events the log has of each action, and how many it says were lost. */
function counts(directory: string): { actions: Map<string, number>; lost: number } {
  const actions = new Map<string, number>();
  let lost = 0;
  for (const line of readLogLines(directory)) {
    const event = parseLoggedEvent(line);
    assert.ok(event !== null, line);
    const { event: { action }, agentvfs } = event;
    actions.set(action, (actions.get(action) ?? 0) + 1);
    if (action === "lost") lost += agentvfs.lost ?? 0;
  }
  return { actions, lost };
}

Deno.test("each change of a storm is in the log, or said to be lost", () =>
  withProject("echo 1 > a", async (mounted) => {
    const { directory } = await mounted.ctl("telemetry", "status");
    await storm(mounted, CHANGES);
    Deno.writeTextFileSync(mounted.path("last"), "");
    await until("the last event is in the log", () => {
      const { actions } = counts(directory);
      return Promise.resolve(actions.get("create")! >= 1 + CHANGES / 2 - counts(directory).lost);
    });
    const { actions, lost } = counts(directory);
    assert.equal(actions.get("create")! + actions.get("unlink")! + lost, CHANGES + 1);
    assert.equal(lost, 0);
  }));

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
