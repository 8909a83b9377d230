/**
 * Lets a program work outside the mount that `agentvfs telemetry attach` follows, and compares what is told of it with what the
 * kernel's programs tell: nobody else can follow it, strace(1) neither, to which those are held.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { TelemetryEvent } from "../../../src/telemetry/event.ts";
import { EbpfSource } from "../../../src/telemetry/linux/ebpf_source.ts";
import { ecsLine } from "../../../src/telemetry/log/ecs.ts";
import { type LoggedEvent, parseLoggedEvent } from "../../../src/telemetry/logged_event.ts";
import { attached } from "../attached.ts";
import type { Mounted } from "../mounted.ts";
import { shell, until } from "../process.ts";
import { withTemporary } from "../temporary.ts";
import type { CallDeed } from "./call_truth.ts";
import { compare, type Comparison, deedOfEvent } from "./compare_source.ts";
import { PREPARE_MS, type Program } from "./programs.ts";
import { saidLines } from "./said.ts";
import { logged } from "./work.ts";

/** Begins when somebody has opened the pipe `begin`, which takes no call that is told of. */
const WAITS = 'read -r <begin || true; exec bash -euo pipefail -c "$0"';
/** All that a program does finds room: it is read at the end. */
const RING_BYTES = 64 * 1024 * 1024;
const DEADLINE_MS = 60_000;

export async function compareAttached(m: Mounted, program: Program): Promise<Comparison> {
  return await withTemporary(async (directory) => {
    await shell(`${program.prepare}\nmkfifo begin`, { cwd: directory, deadlineMs: PREPARE_MS });
    return await withTemporary(async (temporary) => {
      const source = EbpfSource.start({ files: true, ringBytes: RING_BYTES });
      try {
        const before = (await toldOf(m)).length;
        const child = new Deno.Command("bash", {
          args: ["-c", WAITS, program.script],
          cwd: directory,
          env: { TMPDIR: temporary },
        }).spawn();
        const attach = await attached(m, child.pid);
        source.watchProcess(child.pid);
        await Deno.writeTextFile(`${directory}/begin`, "");
        assert.equal((await child.status).code, 0);
        assert.equal((await attach.status).code, 0);
        const seen = taken(source);
        const ends = seen.filter(({ event }) => event.action === "exit").length;
        const told = await until(`${ends} ends are told of`, async () => {
          const own = (await toldOf(m)).slice(before);
          return own.filter(({ event }) => event.action === "exit").length >= ends && own;
        }, DEADLINE_MS);
        const said = await saidLines(program, directory);
        const isSaid = ({ action, path, target }: CallDeed) =>
          action === "connect" && said.some((each) => each.path === path && each.more === target);
        const done = seen.map(deedOf).filter((deed) => !isSaid(deed));
        return compare(told.map(deedOf), done, { sees: () => true, knowsErrors: true }, program);
      } finally {
        source.stop();
      }
    });
  });
}

/** All that a source has, as the log says it. */
function taken(source: EbpfSource): LoggedEvent[] {
  const events: TelemetryEvent[] = [];
  for (let before = -1; before !== events.length;) {
    before = events.length;
    source.take((event) => events.push(event));
  }
  assert.deepEqual(events.filter(({ action }) => action === "lost"), []);
  return events.map((event) => parseLoggedEvent(ecsLine(event, { sequence: 0, wallOffset: 0 }))!);
}

async function toldOf(m: Mounted): Promise<LoggedEvent[]> {
  return (await logged(m)).filter(({ event }) => event.provider === "ptrace");
}

/**
 * Who follows a program sees what it has become; the caller, who names it, is not asked. How a connection ended the kernel's programs
 * do not know.
 */
function deedOf(event: LoggedEvent): CallDeed {
  const deed = deedOfEvent(event);
  if (deed.action === "connect") return { ...deed, error: "" };
  return deed.action === "exec" ? { ...deed, path: event.process!.executable! } : deed;
}
