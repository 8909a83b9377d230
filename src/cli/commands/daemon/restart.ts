import type { ControlClient } from "../../../control/client.ts";
import type { StatusReport } from "../../../control/service/daemon.ts";
import { runningWorkspaces } from "../../../daemon/workspaces/find_daemon.ts";
import { askStatus } from "../../../daemon/workspaces/spawn.ts";
import { suspendedKeeper } from "../../../daemon/workspaces/suspended_keeper.ts";
import type { Command } from "../../command.ts";
import { CommandError } from "../../command_error.ts";
import { connect, connectTo } from "../../daemon_client.ts";
import { onTerminal, print, printJson, safe } from "../../print/output.ts";

/** Longest time until another server answers, ms. */
const DEADLINE_MS = 20_000;
const LOOK_MS = 20;

export const command: Command = {
  name: "restart",
  brief: "replace the server, as after an upgrade; nobody in the mount notices",
  prints: () => import("../../outputs/restart.ts"),
  positionals: { usage: "[DIR]", min: 0, max: 1 },
  options: { all: { brief: "of each mount of this user that is running" } },
  details: `The mount stays. A new executable in the place of the old one takes over;
open files, unlinked files and requests under way are taken over too.`,
  async run(input) {
    const json = input.flags.has("json");
    if (!input.flags.has("all")) {
      const { client } = await connect(input, input.positionals[0]);
      const restarted = await restart(client);
      if (json) printJson(restarted);
      else tell(restarted);
      return 0;
    }
    const restarted: Restarted[] = [];
    for (const workspace of await runningWorkspaces()) {
      const client = await connectTo({ socket: workspace.socket, workspace, place: null });
      restarted.push(await restart(client));
      if (!json) tell(restarted.at(-1)!);
    }
    if (json) printJson({ restarted });
    return 0;
  },
};

type Restarted = Pick<StatusReport, "version" | "serverPid" | "restarts" | "mount">;

/** Closes `client`. */
async function restart(client: ControlClient): Promise<Restarted> {
  let before: StatusReport;
  try {
    before = await client.status();
    await client.restart();
  } finally {
    client.close();
  }
  const { version, serverPid, restarts, mount } = await another(before);
  return { version, serverPid, restarts, mount };
}

function tell({ version, serverPid, mount }: Restarted): void {
  if (onTerminal()) print(`server ${serverPid} serves ${safe(mount)} now, version ${version}`);
  else print(`mount=${mount}\nserver=${serverPid}\nversion=${version}`);
}

/** The status of the server that has taken over. */
async function another(
  { socket, serverPid, keeperPid, mount, log }: StatusReport,
): Promise<StatusReport> {
  const deadline = performance.now() + DEADLINE_MS;
  while (performance.now() < deadline) {
    const status = await askStatus(socket, deadline - performance.now());
    if (status !== null && status.serverPid !== serverPid) return status;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  const suspended = await suspendedKeeper(mount);
  if (suspended !== null) throw suspended;
  const message = `No other server took over within ${DEADLINE_MS / 1000} s`;
  throw new CommandError("not_replaced", 1, message, {
    hint: `The keeper (process ${keeperPid}) goes on trying; the log says why: ${log}`,
  });
}
