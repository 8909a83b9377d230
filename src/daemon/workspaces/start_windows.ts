/**
 * Starting the daemon on Windows, where no shell opens its log: what Node's API spawns takes a file as its output.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { basename, dirname } from "node:path";

/** What is done with a daemon that was just started. */
export type StartedDaemon = Pick<Deno.ChildProcess, "status" | "unref" | "kill">;

/** Runs `command` without a console, its output in `log`. It outlives this process. */
export function startDetached([program, ...args]: readonly string[], log: string): StartedDaemon {
  const output = openSync(log, "a");
  const directory = dirname(program!);
  // Where it is spelled as the runtime's own path, Node's API adds arguments of the runtime's.
  const spelled = `${directory}/./${basename(program!)}`;
  try {
    const child = spawn(spelled, args, {
      // A folder that stays: one that is somebody's directory cannot be removed.
      cwd: directory,
      stdio: ["ignore", output, output],
      detached: true,
      windowsHide: true,
    });
    const status = new Promise<Deno.CommandStatus>((resolve) => {
      const ended = (code: number) => resolve({ success: code === 0, code, signal: null });
      child.on("exit", (code) => ended(code ?? 1));
      child.on("error", (error) => {
        console.error(`The daemon cannot be started: ${error.message}`);
        ended(1);
      });
    });
    return { status, unref: () => child.unref(), kill: () => void child.kill() };
  } finally {
    closeSync(output);
  }
}
