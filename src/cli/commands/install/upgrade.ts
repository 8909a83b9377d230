import { absolutePath } from "../../../host/current_directory.ts";
import type { Command } from "../../command.ts";
import { CommandError } from "../../command_error.ts";
import { installation, upgradeCommand } from "../../installation.ts";

export const command: Command = {
  name: "upgrade",
  brief: "install a newer agentvfs in the place of this one",
  prints: null,
  positionals: { usage: "", min: 0, max: 0 },
  options: {
    from: { value: "DIR|URL", brief: "the release; else where this one came from" },
    to: { value: "VERSION", brief: "that version, also if it is older" },
    restart: { brief: "running mounts are served by it at once" },
  },
  details: `Runs the installer that came with this program. Nothing is changed unless the
new one has its checksum and runs here. Mounts go on meanwhile.`,
  async run(input) {
    const installed = await installation();
    const release = placeOf(input.values.get("from") ?? installed.from);
    if (release === "") {
      throw new CommandError("no_release", 2, "Where this agentvfs came from is not known", {
        hint: "Say where the release is: agentvfs upgrade --from DIR|URL",
      });
    }
    const [program, ...args] = upgradeCommand(installed, {
      from: release,
      version: input.values.get("to"),
      restart: input.flags.has("restart"),
    });
    const { code } = await new Deno.Command(program, { args }).spawn().status;
    return code;
  },
};

function placeOf(from: string): string {
  return from === "" || /^https?:/.test(from) ? from : absolutePath(from);
}
