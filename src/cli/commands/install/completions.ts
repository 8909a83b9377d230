import type { Command } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { SCRIPTS } from "../../completion/shells/scripts.ts";
import { print } from "../../print/output.ts";

const SHELLS = Object.keys(SCRIPTS);

export const command: Command = {
  name: "completions",
  brief: "print what makes a shell complete commands, options, checkpoints, branches",
  prints: null,
  positionals: { usage: "SHELL", min: 1, max: 1, completes: { SHELL: SHELLS } },
  options: {},
  details: `SHELL is bash, zsh, fish or powershell. To have it in each new shell:
  bash  eval "$(agentvfs completions bash)"                       in ~/.bashrc
  zsh   eval "$(agentvfs completions zsh)"        in ~/.zshrc, behind compinit
  fish  agentvfs completions fish >~/.config/fish/completions/agentvfs.fish
  powershell, in $PROFILE
        agentvfs completions powershell | Out-String | Invoke-Expression
It asks this program at each key, and this asks the daemon, for 100 ms or
$AGENTVFS_COMPLETION_MS. Where there is none it offers what it knows itself.`,
  run(input) {
    const [shell] = input.positionals;
    if (!Object.hasOwn(SCRIPTS, shell!)) {
      throw usageError(`SHELL is one of ${SHELLS.join(", ")}, not ${JSON.stringify(shell)}`);
    }
    print(SCRIPTS[shell!]!.trimEnd());
    return Promise.resolve(0);
  },
};
