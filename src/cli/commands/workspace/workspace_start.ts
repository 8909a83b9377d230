import {
  lockNamed,
  makeNamed,
  type NamedOptions,
  type NamedWorkspace,
  planNamed,
  readNamed,
  writeNamed,
} from "../../../daemon/workspaces/named_workspace.ts";
import { startOrReuse } from "../../../daemon/keeper/start_daemon.ts";
import { absolutePath } from "../../../host/current_directory.ts";
import type { Command } from "../../command.ts";
import { mountPlace, telemetryChoice } from "../../options/daemon_options.ts";
import { CommandError } from "../../command_error.ts";
import {
  NAME_USAGE,
  NAME_WORDS,
  operational,
  printLines,
  ROOT_OPTION,
  shown,
  statusOf,
  workspaceName,
} from "../../named_workspace_command.ts";
import { printError, safe } from "../../print/output.ts";
import { VERSION } from "../../version.ts";

export const command: Command = {
  name: "workspace start",
  brief: "mount a workspace; harmless when repeated",
  prints: () => import("../../outputs/workspace.ts"),
  positionals: { usage: NAME_USAGE, min: 0, max: 1, completes: NAME_WORDS },
  options: {
    from: { value: "DIR", brief: "make it of this project, if there is none of the name" },
    mount: { value: "DIR", brief: "where to mount, from now on" },
    telemetry: { value: "WHAT", brief: "log of events, from now on: as quickstart has it" },
    "allow-root": { brief: "let root use the mount" },
    root: ROOT_OPTION,
  },
  details: `Without NAME: default. One that is new and has no project begins empty. After a
reboot, start mounts the same again.`,
  example: "workspace start shop --from ~/work/shop",
  run: (input) =>
    operational(async () => {
      const name = workspaceName(input.positionals[0]);
      const options: NamedOptions = {
        from: given(input.values.get("from")),
        mount: given(await mountPlace(input.values.get("mount"))),
        allowRoot: input.flags.has("allow-root"),
        telemetry: telemetryChoice(input),
        version: VERSION,
      };
      using _lock = await lockNamed(name);
      const known = await readNamed(name) ?? await makeNamed(name, options);
      await checkProject(known, options.from);
      const workspace = await started(known, options);
      printLines(input, shown(workspace, "started"));
      return 0;
    }),
};

function given(path: string | undefined): string | undefined {
  return path === undefined || path === "" ? undefined : absolutePath(path);
}

async function checkProject({ name, source }: NamedWorkspace, from: string | undefined) {
  if (from === undefined) return;
  if (await Deno.realPath(from).catch(() => from) === source) return;
  throw new CommandError("other_project", 1, `The workspace ${name} is of ${safe(source)}`, {
    hint: `Leave --from out, or take another name`,
  });
}

async function started(known: NamedWorkspace, options: NamedOptions): Promise<NamedWorkspace> {
  if (await statusOf(known) === "started") {
    if (options.mount !== undefined && options.mount !== known.mount) {
      printError(`warning: --mount is ignored: it is mounted already, at ${safe(known.mount)}`);
    }
    return known;
  }
  const { config, workspace } = await planNamed(known, options);
  const { status } = await startOrReuse(config, {});
  const { mount, socket } = status;
  const now = { ...workspace, mount, socket, state: "started" } as const;
  writeNamed(now);
  return now;
}
