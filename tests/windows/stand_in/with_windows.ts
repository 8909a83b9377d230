/**
 * A project mounted by a program that takes this machine for Windows.
 *
 * @module
 */

import assert from "node:assert/strict";
import { ControlClient } from "../../../src/control/client.ts";
import { type Outcome, run, until } from "../../support/process.ts";
import { withTemporary } from "../../support/temporary.ts";
import { DriverDoor } from "../driver_door.ts";
import { makeStandIns, pretendingCommand } from "./stand_ins.ts";

const CALL_DEADLINE_MS = 180_000;

/** What `ctl status` tells. */
export interface WindowsStatus {
  readonly mount: string;
  readonly socket: string;
  readonly keeperPid: number;
  readonly serverPid: number;
  readonly restarts: number;
  readonly changes: number;
}

export interface Windows {
  readonly project: string;
  readonly mount: string;
  /** Says at which port the driver's side listens. */
  readonly door: string;
  ask(...words: string[]): Promise<Outcome>;
  /** A connection to the daemon: quicker than starting the program. */
  connect(): Promise<ControlClient>;
  /** Answer of a command that has to succeed, read as JSON. */
  json<T>(...words: string[]): Promise<T>;
  /** What programs do on the volume of the server that there is now. */
  onVolume<T>(work: (door: DriverDoor) => Promise<T>): Promise<T>;
}

/**
 * Runs `use` with a program that takes this machine for Windows, on which a project is mounted: the one file `src/a`, and what
 * `fill` puts there. `settings` are more of its environment.
 */
export function withWindows(
  use: (windows: Windows) => Promise<void>,
  fill: (project: string) => Promise<void> = async () => {},
  settings: Record<string, string> = {},
): Promise<void> {
  return withTemporary(async (directory) => {
    const project = `${directory}/project`;
    await Deno.mkdir(`${project}/src`, { recursive: true });
    await Deno.writeTextFile(`${project}/src/a`, "as imported\n");
    await fill(project);
    const standIns = await makeStandIns(directory);
    const env = {
      ...standIns.env,
      ...settings,
      AGENTVFS_STATE_DIR: `${directory}/state`,
      USERPROFILE: directory,
    };
    const ask = (...words: string[]) =>
      run([...pretendingCommand(standIns), ...words], { env, cwd: project });
    const json = async <T>(...words: string[]): Promise<T> => {
      const { code, stdout, stderr } = await ask(...words, "--json");
      assert.equal(code, 0, stdout + stderr);
      return JSON.parse(stdout) as T;
    };
    const onVolume = async <T>(work: (door: DriverDoor) => Promise<T>): Promise<T> => {
      const door = await DriverDoor.open(standIns.door);
      try {
        return await work(door);
      } finally {
        door.close();
      }
    };
    try {
      const { mount, socket } = await json<WindowsStatus>("quickstart");
      const connect = () => ControlClient.connect(socket, { callDeadlineMs: CALL_DEADLINE_MS });
      await use({ project, mount, door: standIns.door, ask, connect, json, onVolume });
    } finally {
      await ask("stop");
    }
  });
}

/** The status of the server that serves once another one than `before` does. */
export function nextServer({ json }: Windows, before: number): Promise<WindowsStatus> {
  return until("another server answers", async () => {
    const status = await json<WindowsStatus>("ctl", "status").catch(() => null);
    return status === null || status.serverPid === before ? null : status;
  });
}
