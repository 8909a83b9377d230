import type { Command } from "../../command.ts";
import { print, printJson } from "../../print/output.ts";
import { VERSION } from "../../version.ts";

export const command: Command = {
  name: "version",
  brief: "print the version",
  prints: () => import("../../outputs/version.ts"),
  positionals: { usage: "", min: 0, max: 0 },
  options: {},
  run(input) {
    if (input.flags.has("json")) {
      const { deno, v8 } = Deno.version;
      const { target } = Deno.build;
      printJson({ version: VERSION, deno, v8, target, standalone: Deno.build.standalone });
    } else print(`agentvfs ${VERSION}`);
    return Promise.resolve(0);
  },
};
