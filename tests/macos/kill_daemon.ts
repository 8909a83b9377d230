/**
 * The loop that kills servers, or everything, while programs work ({@linkcode killLoop}), with the program as on macOS.
 *
 * @module
 */

import type { KillLoopOptions, KillLoopSummary } from "../crash/kill_loop.ts";
import { withTemporary } from "../support/temporary.ts";
import { makeProgram } from "./stand_in/stand_ins.ts";

/** What macOS's protocol has no request for, and owners: all files are shown as the daemon's user's. */
const NOT_THERE = ["tmpfile", "linkslot", "writeslot", "punch", "chown"];

type Kill = (options: KillLoopOptions) => Promise<KillLoopSummary>;

/** Once in a process: what names the program is read when it is loaded. */
export function withKills(use: (kill: Kill) => Promise<void>): Promise<void> {
  return withTemporary(async (directory) => {
    const before = Deno.env.get("AGENTVFS_BIN");
    Deno.env.set("AGENTVFS_BIN", await makeProgram(directory));
    try {
      const { killLoop } = await import("../crash/kill_loop.ts");
      await use((options) =>
        killLoop({ ...options, without: NOT_THERE, numbersEndWithMount: true })
      );
    } catch (error) {
      const log = await Deno.readTextFile(`${directory}/server.log`).catch(() => "");
      console.error(`--- the stand-in for fuse-t's server said:\n${log}---`);
      throw error;
    } finally {
      if (before === undefined) Deno.env.delete("AGENTVFS_BIN");
      else Deno.env.set("AGENTVFS_BIN", before);
    }
  });
}
