/** For the model, as soon as a client connects. Some clients show it the first sentence alone. */
export const INSTRUCTIONS =
  "agentvfs records this project's whole working tree, whatever changes it (edit tools, shell commands, scripts), and takes it back: " +
  "checkpoints, rollback, undo, branches and merges in milliseconds. " +
  "Make a checkpoint with a clear label before risky or broad work, and when something works. " +
  "When an attempt failed, rollback to the checkpoint before it instead of repairing by hand; restore brings single files back, also " +
  "deleted ones. Neither loses anything: what was not recorded becomes a checkpoint first, and undo takes them back. " +
  "After a rollback, restore, undo or merge read files again before you edit them. " +
  "For attempts side by side make branches; each has a directory of its own, and merge brings the good one in. " +
  "git's own state is in the tree and goes back with it; apply alone writes into the " +
  "person's real project directory, and only when they asked for it; nothing here pushes or touches a remote.";
