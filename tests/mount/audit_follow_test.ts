/** Who follows the log of events, or subscribes to it, is told soon. */

import assert from "node:assert/strict";
import { Subscription } from "../../src/control/library/subscription.ts";
import type { LoggedEvent } from "../../src/telemetry/logged_event.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { until } from "../support/process.ts";
import { PROGRAM } from "../support/program.ts";

/** What was answered to a program is told within so long, ms. */
const TOLD_MS = 500;
/** The machine may do other things during most of them: what is promised is what the program itself takes. */
const TRIES = 12;

/** Paths that were told of as made, and when. */
type Told = Map<string, number>;

function note(told: Told, line: string): void {
  const event: LoggedEvent = JSON.parse(line);
  const path = event.file?.path;
  if (event.event.action === "create" && path !== undefined) told.set(path, performance.now());
}

/** Makes files one after the other; how long it took until the quickest was told of, ms. */
async function quickest(mounted: Mounted, name: string, told: Told): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < TRIES; i++) {
    const path = mounted.path(`${name}${i}`);
    const begun = performance.now();
    Deno.writeTextFileSync(path, "");
    const at = await until(`${path} is told of`, () => Promise.resolve(told.get(path)));
    took.push(at - begun);
  }
  return Math.min(...took);
}

Deno.test("audit --follow tells within half a second of what was answered", () =>
  withProject("echo 1 > a", async (mounted) => {
    const child = new Deno.Command(PROGRAM[0]!, {
      args: [...PROGRAM.slice(1), "-C", mounted.project, "audit", "--follow", "--json"],
      env: { AGENTVFS_STATE_DIR: mounted.state },
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const told: Told = new Map();
    const reading = (async () => {
      let text = "";
      for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
        const lines = (text + piece).split("\n");
        text = lines.pop()!;
        for (const line of lines) note(told, line);
      }
    })();
    try {
      const ms = await quickest(mounted, "f", told);
      assert.ok(ms < TOLD_MS, `The quickest took ${ms} ms`);
    } finally {
      child.kill("SIGTERM");
      await child.status;
      await reading;
    }
  }));

Deno.test("who subscribes is told within half a second of what was answered", () =>
  withProject("echo 1 > a", async (mounted) => {
    const told: Told = new Map();
    const subscription = await Subscription.begin(mounted.socket, { kinds: ["file"] });
    const reading = (async () => {
      for await (const { record } of subscription) note(told, record!);
    })();
    const ms = await quickest(mounted, "s", told);
    subscription.close();
    await reading;
    assert.ok(ms < TOLD_MS, `The quickest took ${ms} ms`);
  }));
