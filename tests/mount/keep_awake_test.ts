/**
 * While many requests come idle CPUs are kept awake, and not for long after; on a machine where that is of use, by who
 * may.
 */

import assert from "node:assert/strict";
import { CPU_LATENCY_DEVICE, CpuLatency } from "../../ffi/linux/cpu_latency.ts";
import { whyNotAwake } from "../../src/mount/linux/keep_awake.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { until } from "../support/process.ts";

function whyNot(): string | null {
  const opened = CpuLatency.open();
  if (typeof opened === "number") return `cannot open ${CPU_LATENCY_DEVICE}`;
  opened.close();
  return whyNotAwake();
}

const why = whyNot();
const skipped = why === null ? "" : `skipped: ${why}: `;

/** How long CPUs may take to wake up, of all that anybody asks for, us. */
function latency(): number {
  return new DataView(Deno.readFileSync(CPU_LATENCY_DEVICE).buffer).getInt32(0, true);
}

let asked = 0;

/** Requests one after the other, as fast as they are answered. */
function askMuch({ mount }: Mounted): void {
  for (let i = 0; i < 300; i++) assert.throws(() => Deno.lstatSync(`${mount}/missing-${asked++}`));
}

/** True if the server has the device open. */
async function mayAsk(mounted: Mounted): Promise<boolean> {
  const { serverPid: pid } = await mounted.status();
  const descriptors = [...Deno.readDirSync(`/proc/${pid}/fd`)];
  return descriptors.some(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/${pid}/fd/${name}`) === CPU_LATENCY_DEVICE;
    } catch {
      return false;
    }
  });
}

Deno.test({
  name: `${skipped}idle CPUs are awake while many requests come, and only then`,
  ignore: why !== null,
  fn: () =>
    withProject("echo x >file", async (m) => {
      assert.ok(await mayAsk(m));
      for (let round = 0; round < 3; round++) {
        // On a busy machine requests may come slowly for a while.
        await until("CPUs are kept awake", () => {
          askMuch(m);
          return Promise.resolve(latency() === 0);
        }, 20_000);
        await until("CPUs may halt again", () => Promise.resolve(latency() > 0), 20_000);
      }
    }),
});

Deno.test({
  name: `${skipped}--no-keep-awake leaves them alone`,
  ignore: why !== null,
  fn: () =>
    withProject("echo x >file", async (m) => {
      askMuch(m);
      assert.ok(!await mayAsk(m));
    }, { arguments: ["--no-keep-awake"] }),
});
