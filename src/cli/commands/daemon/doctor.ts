import { type Check, runChecks } from "../../../daemon/doctor.ts";
import { cacheChecks } from "../../../daemon/doctor_caches.ts";
import type { Command } from "../../command.ts";
import { columns } from "../../print/format.ts";
import { print, printJson, type Style, style } from "../../print/output.ts";
import { VERSION } from "../../version.ts";

const STYLES: Record<Check["state"], Style> = { ok: "green", warn: "yellow", fail: "red" };

export const command: Command = {
  name: "doctor",
  brief: "check this machine, with the command that fixes what is missing",
  prints: () => import("../../outputs/doctor.ts"),
  positionals: { usage: "", min: 0, max: 0 },
  options: { fix: { brief: "take away the mounts of daemons that died" } },
  details: `Exit code 4 if a mount could not work. Of the mount that is meant it tells what
was agreed with the kernel to make it fast.`,
  async run(input) {
    const meant = { socket: input.values.get("sock"), directory: input.values.get("project") };
    const machine = runChecks(VERSION, input.flags.has("fix"));
    const checks = (await Promise.all([machine, cacheChecks(meant)])).flat();
    const failed = checks.some((check) => check.state === "fail");
    if (input.flags.has("json")) printJson({ ok: !failed, checks });
    else {
      const lines = columns(checks.map(({ state, name, found }) => [state.padEnd(4), name, found]));
      checks.forEach(({ state, fix }, i) => {
        print(lines[i]!.replace(state, style(state, STYLES[state])));
        if (fix !== undefined) print(`      fix: ${fix}`);
      });
    }
    return failed ? 4 : 0;
  },
};
