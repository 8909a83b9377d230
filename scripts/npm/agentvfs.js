#!/usr/bin/env node
// Starts the executable that the package for this system has, under the name that was called.
"use strict";
const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { basename } = require("node:path");

const name = `@agentvfs/${process.platform}-${process.arch}`;
let program;
try {
  const suffix = process.platform === "win32" ? ".exe" : "";
  program = require.resolve(`${name}/bin/agentvfs${suffix}`);
} catch {
  console.error(`agentvfs: the package ${name} is not there`);
  console.error(
    "hint: there are programs for Linux and macOS on x64 and arm64 and Windows on x64; npm leaves them out with --omit=optional",
  );
  process.exit(4);
}

const child = spawn(program, process.argv.slice(2), {
  argv0: basename(process.argv[1], ".js"),
  stdio: "inherit",
});
// The terminal sends these to the program, too: what becomes of it becomes of this.
for (const signal of ["SIGINT", "SIGQUIT"]) process.on(signal, () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`agentvfs: ${program} does not run: ${error.message}`);
  process.exit(4);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
