/** Filters of the program as on Windows: who waits for one is in the driver, and is answered by a knock. Their processes are Linux's. */

import assert from "node:assert/strict";
import { filterFlow } from "../support/systems/filter_flow.ts";
import { testWith } from "../support/test_with.ts";
import { NtError } from "../windows/driver_door.ts";
import { withWindows } from "../windows/stand_in/with_windows.ts";

testWith(
  "cc",
  "Windows: filters watch and are asked; what they do wrong stops nobody",
  () =>
    withWindows(async ({ project, ask, json, onVolume }) => {
      await onVolume((volume) => volume.mkdir("\\asked"));
      await filterFlow({
        directory: `${project}/..`,
        ask,
        json,
        make: (name) =>
          onVolume((volume) => volume.write(`\\asked\\${name}`, "")).then(() => true, (error) => {
            assert.ok(error instanceof NtError, `${error}`);
            return false;
          }),
        lock: "seccomp",
      });
    }),
);
