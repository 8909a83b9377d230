/** Filters of the program as on macOS: their processes, bells, memory and sandbox are those of stand-ins for its libraries. */

import assert from "node:assert/strict";
import { withMac } from "../macos/stand_in/with_mac.ts";
import { filterFlow, writeIn } from "../support/systems/filter_flow.ts";
import { testWith } from "../support/test_with.ts";

testWith(
  "cc",
  "macOS: filters watch and are asked; what they do wrong stops nobody",
  () =>
    withMac(async ({ hold, project, mount, ask, json }) => {
      const lua = `${project}/../allows.lua`;
      await Deno.writeTextFile(lua, "function on_event() end");
      await Deno.writeTextFile(`${hold}.no-sandbox`, "");
      const { code, stderr } = await ask("telemetry", "filter", "add", "f", lua);
      assert.deepEqual([code, /refuses its sandbox/.test(stderr)], [4, true], stderr);
      await Deno.remove(`${hold}.no-sandbox`);

      await Deno.mkdir(`${mount}/asked`);
      await filterFlow({
        write: writeIn(`${project}/..`),
        kill: (pid) => Deno.kill(pid, "SIGKILL"),
        ask,
        json,
        make: (name) =>
          Deno.writeTextFile(`${mount}/asked/${name}`, "").then(() => true, (error) => {
            assert.ok(error instanceof Deno.errors.PermissionDenied, `${error}`);
            return false;
          }),
        lock: "sandbox",
      });
    }),
);
