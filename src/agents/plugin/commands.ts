/** Commands that a person types, by their names: Markdown, as Claude Code has it. */
export const COMMANDS: Readonly<Record<string, string>> = {
  undo: `---
description: Take files back to a checkpoint (agentvfs)
argument-hint: "[checkpoint | call | prompt]"
---

Take the working tree back with agentvfs, by its MCP tools, or by \`.agentvfs/ctl\` as the checkpoint skill says.

Target: $ARGUMENTS

1. With \`prompt\`: what the last prompt led to is to be taken out: call undo with ref \`prompt:\` and dryRun. With the id of a tool
   call (log has them): call undo with it and dryRun. With another target: call rollback for it with dryRun. Without one: if
   paths changed since the last checkpoint, that is the target (HEAD); else list the newest checkpoints and ask which one.
2. Say in a line or two what would change, then do it.
3. Say what changed, and that undo takes it back. Read files again before you edit them.
`,
  checkpoints: `---
description: List the checkpoints and what changed since (agentvfs)
argument-hint: "[how many]"
---

Call the agentvfs tools status and log (limit: $ARGUMENTS, else 10) and show the checkpoints as a short table, newest first: id,
label, time, what changed. Say whether something changed since the last one. Change nothing.
`,
  branch: `---
description: Work on a branch of its own (agentvfs)
argument-hint: NAME
---

Work on the agentvfs branch $ARGUMENTS. Look with branch_list whether it is there; if not, make it with branch_create. Do what
follows in the directory it says, with paths of that directory, and leave this one alone. When it is done, say what changed there
and that merge brings it back. Without a name: list the branches and ask.
`,
};
