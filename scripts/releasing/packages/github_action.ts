import { bootstrap } from "./bootstrap.ts";
import type { Published } from "./published.ts";

/** The action for workflows of GitHub: `action.yml`. */
export function githubAction(of: Published): string {
  return `name: agentvfs
description: Mounts the checkout, so that what agents do in it can be taken back, and makes a checkpoint
author: The agentvfs authors
branding:
  icon: rotate-ccw
  color: green
inputs:
  directory:
    description: The project that is mounted
    default: .
  label:
    description: The label of the checkpoint
    default: before the agent
outputs:
  mount:
    description: Where the project is mounted; agents work there
    value: \${{ steps.mount.outputs.mount }}
  checkpoint:
    description: The checkpoint, for agentvfs rollback
    value: \${{ steps.mount.outputs.checkpoint }}
runs:
  using: composite
  steps:
    - name: Install agentvfs ${of.version}
      shell: bash
      run: |
        command -v fusermount3 >/dev/null || { sudo apt-get update && sudo apt-get install -y fuse3; }
        set -- --prefix "$HOME/.local"
${indent(bootstrap(of), 8)}
        echo "$HOME/.local/bin" >>"$GITHUB_PATH"
    - name: Mount and checkpoint
      id: mount
      shell: bash
      env:
        DIRECTORY: \${{ inputs.directory }}
        LABEL: \${{ inputs.label }}
      run: |
        agentvfs=$HOME/.local/bin/agentvfs
        "$agentvfs" quickstart "$DIRECTORY" | tee "$RUNNER_TEMP/agentvfs-quickstart"
        mount=$(sed -n 's/^mount=//p' "$RUNNER_TEMP/agentvfs-quickstart")
        checkpoint=$("$agentvfs" -C "$DIRECTORY" checkpoint "$LABEL")
        echo "mount=$mount" >>"$GITHUB_OUTPUT"
        echo "checkpoint=$checkpoint" >>"$GITHUB_OUTPUT"
`;
}

function indent(text: string, columns: number): string {
  return text.trimEnd().replaceAll(/^(?=.)/gm, " ".repeat(columns));
}
