import { join } from "node:path";
import type { Places } from "../../../agents/integrate/agents.ts";
import { HOME_VARIABLE, homePlace, settingsPlace } from "../../../host/state_places.ts";
import { programOnPath } from "../../../host/system_program.ts";
import { stateRoot } from "../../../daemon/workspaces/workspace.ts";
import { CommandError } from "../../command_error.ts";
import { VERSION } from "../../version.ts";

/** Where the configuration of agents is on this machine. `project`: a directory, for that alone. */
export function agentPlaces(project: string | null): Places {
  const home = homePlace();
  if (home === null) {
    const message = `There is no place to look for agents: ${HOME_VARIABLE} is not set`;
    throw new CommandError("no_home", 4, message);
  }
  const names = ["CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_CONFIG_HOME"];
  return {
    home,
    plugin: join(stateRoot(), "plugin"),
    settings: settingsPlace(home),
    env: Object.fromEntries(names.map((name) => [name, Deno.env.get(name)])),
    project,
    version: VERSION,
    program: program(),
    isFile,
  };
}

/** How agents start this program: by its name where that is what the name means, else by where it is. */
function program(): string {
  if (!Deno.build.standalone) return "agentvfs";
  const own = Deno.execPath();
  return programOnPath("agentvfs") === own ? "agentvfs" : own;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
