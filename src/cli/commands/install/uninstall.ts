import { runningWorkspaces } from "../../../daemon/workspaces/find_daemon.ts";
import { listWorkspaces, stateRoot } from "../../../daemon/workspaces/workspace.ts";
import { isWithin, listMounts } from "../../../host/mounts.ts";
import type { Command } from "../../command.ts";
import { CommandError } from "../../command_error.ts";
import { connectTo } from "../../daemon_client.ts";
import { checkRemovable, installation, removeInstallation } from "../../installation.ts";
import { print, printJson, safe } from "../../print/output.ts";
import { stopDaemon } from "../../stop_daemon.ts";

export const command: Command = {
  name: "uninstall",
  brief: "stop all mounts and take the program away; what was recorded stays",
  prints: () => import("../../outputs/uninstall.ts"),
  positionals: { usage: "", min: 0, max: 0 },
  options: {
    purge: { brief: "all checkpoints of all projects go, too" },
    yes: { brief: "with --purge: without being asked" },
    "keep-program": { brief: "leave the program: who started this takes it away" },
    force: { brief: "even if files in a mount are in use" },
  },
  details: `Projects stay as they are; what is only in a mount has to be applied first.
With --purge it asks on a terminal, and elsewhere needs --yes. What was put into
agents' files goes by agentvfs integrate --uninstall.`,
  async run(input) {
    const installed = input.flags.has("keep-program") ? null : await installation();
    if (installed !== null) checkRemovable(installed);
    const state = stateRoot();
    const purged = input.flags.has("purge");
    if (purged && !input.flags.has("yes") && !isConfirmed(state)) {
      throw new CommandError("not_confirmed", 1, "Nothing was taken away", {
        hint: `All checkpoints in ${safe(state)} would be gone; if that is wanted: --purge --yes`,
      });
    }
    const stopped: string[] = [];
    for (const workspace of await runningWorkspaces()) {
      const client = await connectTo({ socket: workspace.socket, workspace, place: null });
      const { status } = await stopDaemon(client, input.flags.has("force"));
      stopped.push(status.mount);
    }
    if (purged) await purge(state);
    const removed = installed === null ? [] : await removeInstallation(installed);
    if (input.flags.has("json")) printJson({ stopped, removed, state, purged });
    else {
      for (const mount of stopped) print(`stopped ${safe(mount)}`);
      for (const path of removed) print(`removed ${safe(path)}`);
      print(purged ? `removed ${safe(state)}` : `what was recorded stays in ${safe(state)}`);
    }
    return 0;
  },
};

function isConfirmed(state: string): boolean {
  if (!Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) return false;
  return confirm(`Delete all that was recorded, of all projects, in ${state}?`);
}

/** Removes the directory of all workspaces, unless something is mounted there: its files are not ours to remove. */
async function purge(state: string): Promise<void> {
  const known = (await listWorkspaces()).map(({ mount }) => mount);
  const mount = (await listMounts(known)).find(({ path }) => isWithin(path, state));
  if (mount !== undefined) {
    const message = `${mount.path} is mounted still, so ${state} cannot be removed`;
    throw new CommandError("still_mounted", 1, message, {
      hint: "If its daemon died, agentvfs doctor --fix takes it away",
    });
  }
  await Deno.remove(state, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
