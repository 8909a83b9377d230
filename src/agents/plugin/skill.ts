const BODY = `
# Checkpoints with agentvfs

The working tree is a mount that records everything: edits, shell commands, scripts, deleted and ignored files. A checkpoint
takes milliseconds and costs almost nothing. A rollback loses nothing: what was not recorded becomes a checkpoint first.

You are in such a tree if \`.agentvfs/status\` exists in its root. If not, say so, and that \`agentvfs quickstart DIR\` makes one
of a project; do not start it unasked.

## How to ask

In this order, whichever is there:

1. The MCP tools of \`agentvfs\`: status, checkpoint, log, show, diff, audit, rollback, restore, undo, redo, branch_create,
   branch_list, branch_delete, merge.
2. The file door, in the root of the tree. It works inside sandboxes, where sockets do not. Use exactly these shapes, since
   they need no permission where edits are allowed:

   \`\`\`sh
   echo checkpoint before the refactor > .agentvfs/ctl && cat .agentvfs/ctl
   echo rollback before the refactor > .agentvfs/ctl && cat .agentvfs/ctl
   echo undo > .agentvfs/ctl && cat .agentvfs/ctl
   echo log 10 > .agentvfs/ctl && cat .agentvfs/ctl
   ls .agentvfs/checkpoints
   \`\`\`

   The answer is a line of JSON with \`"ok":true\` or an error that says what to do. Use \`echo\` and \`cat\` only: a tool that
   writes files reports the door as failed, although the command was carried out.
3. \`agentvfs checkpoint\`, \`agentvfs log\`, \`agentvfs diff\`, … in the shell; each has \`--help\` and \`--json\`.

## When to checkpoint

- Before anything broad or risky: a refactor, a code generator, a migration, \`rm\`, a dependency upgrade, a script you wrote.
- When something works: tests pass, a step of the plan is done.
- Give a label that says what the state is: \`tests pass\`, \`before the rename\`. Hooks of agentvfs may record each step
  already; a label still helps to find it.

## When to roll back

- An attempt failed, or made more of a mess than it solved: roll back to the checkpoint before it and begin differently,
  instead of repairing by hand.
- One step was wrong and what came after it is good: \`undo\` with its number in the log or with the id of the tool call takes
  it out alone. \`prompt:\` stands for the last prompt: \`undo prompt:\` takes out what its calls changed, \`rollback prompt:\` goes to
  the state before it. A conflict is refused and changes nothing.
- Only some files are wrong, or were deleted: restore those from a checkpoint. \`diff\` shows what differs first.
- After rollback, restore, undo or merge **read files again** before you edit them, and restart programs that watch them.
- git's own state is part of the tree: commits made since then go back as well. Nothing that was pushed does.
- Roll back only your own work. If \`diff\` shows changes that are not yours, ask the person first.

## Branches

- For attempts side by side, or work that must not disturb: make a branch. It is a whole tree with ignored files and
  dependencies, in a directory of its own; work there with paths of that directory, then merge it.
- Do not use git worktrees or \`codex --worktree\` for that: they lie outside the mount, where nothing is recorded.
  \`agentvfs run --branch NAME -- PROGRAM\` starts a whole session on a branch.
- A merge that has conflicts is refused and changes nothing. Settle it: merge with strategy \`ours\` or \`theirs\`, or with
  \`markers\`, which writes the conflicts into the files; edit them, then finish the merge.

## After a refusal

Read the sentence and its hint; they say what to do. \`unknown checkpoint\`: look at \`log\`. \`in use\`: something works in that
branch, leave it alone. \`no daemon\`: tell the person that \`agentvfs quickstart\` starts it. Never delete anything below
\`.agentvfs\`, and never work around a refusal by changing the project's original directory.
`;

const DESCRIPTION =
  "Checkpoint, roll back, undo, branch and merge the whole working tree with agentvfs. Use before risky or broad changes, when an " +
  "attempt failed, when files were deleted or overwritten by mistake, and for attempts side by side.";

/** The Skill. Its name has to be that of the directory it lies in: one agent goes by this, another by that. */
export function skill(name: string): string {
  return `---
name: ${name}
description: ${DESCRIPTION}
license: Apache-2.0
---
${BODY}`;
}
