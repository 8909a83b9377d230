import type { StatusReport } from "../../control/service.ts";
import { askStatus, spawnDaemon } from "../../daemon/spawn.ts";
import { validateDaemon } from "../../daemon/validate.ts";
import { createWorkspace, type DaemonConfig } from "../../daemon/workspace.ts";
import type { Command } from "../command.ts";
import { DAEMON_OPTIONS, daemonConfig } from "../daemon_options.ts";
import { byteSize, grouped } from "../format.ts";
import { print, printError, printJson } from "../output.ts";
import { shellWord } from "../shell_word.ts";

/** Longest time a daemon that already runs may take to say so, ms. */
const REUSE_DEADLINE_MS = 3_000;

export const command: Command = {
  name: "quickstart",
  brief: "mount a project and say where",
  positionals: { usage: "[DIR]", min: 0, max: 1 },
  options: DAEMON_OPTIONS,
  details: `The project itself is only read. Repeating it is harmless: it finds the daemon.
Prints mount=PATH and the next command to type.`,
  async run(input) {
    const source = input.positionals[0] ?? input.values.get("project") ?? ".";
    const config = await daemonConfig(input, source, false);
    const { status, reused } = await start(config, input.flags.has("force"));
    if (input.flags.has("json")) {
      printJson({ ...status, reused });
      return 0;
    }
    print(`mount=${status.mount}`);
    if (input.values.has("root")) print(`root=${input.values.get("root")}`);
    print(`next: cd ${shellWord(status.mount)} && claude   # or: codex`);
    if (status.import.state === "running" && Deno.stderr.isTerminal()) {
      const { files, bytes } = status.import;
      const sofar = `${grouped(files)} files, ${byteSize(bytes)} so far`;
      printError(`importing in the background: ${sofar}; everything can be used already`);
    }
    return 0;
  },
};

async function start(
  config: DaemonConfig,
  force: boolean,
): Promise<{ status: StatusReport; reused: boolean }> {
  const running = await askStatus(config.socket, REUSE_DEADLINE_MS);
  if (running !== null && running.state !== "stopping" && running.source === config.source) {
    return { status: running, reused: true };
  }
  await validateDaemon(config, { force });
  await createWorkspace(config);
  try {
    return { status: await spawnDaemon(config, { force }), reused: false };
  } catch (error) {
    // Two at once: the other one's daemon may have won, which is as good.
    const other = await askStatus(config.socket, REUSE_DEADLINE_MS);
    if (other !== null && other.source === config.source) return { status: other, reused: true };
    throw error;
  }
}
