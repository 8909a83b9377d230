/** The executable asks for nothing that glibc 2.28 has not: the runtime in it, and what is loaded from it. */

import assert from "node:assert/strict";
import { succeed } from "../support/process.ts";
import { EXECUTABLE } from "./executable.ts";

Deno.test({
  name: "the executable runs with glibc 2.28",
  ignore: Deno.build.os !== "linux",
  async fn() {
    // Names of versions stand in it as they are, also in the libraries that are embedded.
    const script = "LC_ALL=C grep -aoE 'GLIBC_2\\.[0-9]+' \"$1\" | sort -u";
    const versions = (await succeed(["sh", "-c", script, "sh", EXECUTABLE])).trim().split("\n");
    const minors = versions.map((version) => Number(version.replace("GLIBC_2.", "")));
    assert.ok(minors.includes(2), versions.join(" "));
    assert.deepEqual(minors.filter((minor) => minor > 28), []);
  },
});
