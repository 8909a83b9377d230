/**
 * `agentvfs telemetry attach PID`, once it follows the process.
 *
 * @module
 */

import type { Mounted } from "./mounted.ts";
import { PROGRAM } from "./program.ts";

export async function attached(m: Mounted, pid: number): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(PROGRAM[0]!, {
    args: [...PROGRAM.slice(1), "-C", m.project, "telemetry", "attach", String(pid)],
    env: { AGENTVFS_STATE_DIR: m.state },
    stderr: "piped",
  }).spawn();
  let said = "";
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  while (!said.includes("following")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`It ended: ${said}`);
    said += value;
  }
  void (async () => {
    while (!(await reader.read()).done);
  })();
  return child;
}
