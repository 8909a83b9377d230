import { ENDING_SIGNALS } from "../../../host/signals.ts";
import { checkRecording } from "../../../daemon/telemetry/check_recording.ts";
import { findDaemon } from "../../../daemon/workspaces/find_daemon.ts";
import type { Command } from "../../command.ts";
import { say } from "../../after_run.ts";
import { usageError } from "../../command_error.ts";
import { connectKept } from "../../kept_daemon.ts";

export const command: Command = {
  name: "telemetry attach",
  brief: "have the log tell what programs do that run already",
  prints: null,
  positionals: { usage: "PID…", min: 1, max: Infinity },
  options: {},
  details: `Follows them, and what they start, until they end or ^C is typed; then they go
on by themselves. Each of their system calls takes some 60 us longer. What they
do in the mount the mount tells.`,
  example: "telemetry attach 4711",
  async run(input) {
    const pids = input.positionals.map((text) =>
      /^[1-9]\d{0,9}$/.test(text) ? Number(text) : refuse(text)
    );
    const found = await findDaemon({
      socket: input.values.get("sock"),
      directory: input.values.get("project"),
    });
    using client = await connectKept(found.socket, found.workspace?.mount ?? null);
    const { mount } = await client.status();
    const over = new AbortController();
    checkRecording(found.socket);
    const { attach } = await import("../../../daemon/telemetry/linux/attach.ts");
    for (const signal of ENDING_SIGNALS) Deno.addSignalListener(signal, () => over.abort());
    const events = await attach({
      pids,
      socket: found.socket,
      mount,
      signal: over.signal,
      onAttached: () => say(`following ${pids.join(", ")}; ^C ends it, and they go on`),
    });
    say(`${events} events are in the log: agentvfs audit`);
    return 0;
  },
};

function refuse(text: string): never {
  throw usageError(`${text} is no process id`, "See them: ps");
}
