/**
 * Filters of the program as on Windows: who waits for one is in the driver, and is answered by a knock. Their processes are
 * Linux's.
 */

import assert from "node:assert/strict";
import { filterFlow, writeIn } from "../support/systems/filter_flow.ts";
import { testWith } from "../support/test_with.ts";
import { NtError } from "../windows/driver_door.ts";
import { withWindows } from "../windows/stand_in/with_windows.ts";

/** Nothing but requests and knocks brings the thread back that waits for requests. */
const NEVER_IDLE = { AGENTVFS_STAND_IN_IDLE_MS: "1000000" };

testWith(
  "cc",
  "Windows: filters watch and are asked; what they do wrong stops nobody",
  () =>
    withWindows(
      async ({ project, ask, json, onVolume }) => {
        await onVolume((volume) => volume.mkdir("\\asked"));
        await filterFlow({
          write: writeIn(`${project}/..`),
          kill: (pid) => Deno.kill(pid, "SIGKILL"),
          ask,
          json,
          make: (name) =>
            onVolume((volume) => volume.write(`\\asked\\${name}`, "")).then(() => true, (error) => {
              assert.ok(error instanceof NtError, `${error}`);
              return false;
            }),
          lock: "seccomp",
        });
      },
      undefined,
      NEVER_IDLE,
    ),
);
