/**
 * Making, removing and listing branches.
 *
 * @module
 */

/** About branches as such. */
export interface BranchesService {
  /** Makes a branch. It starts with everything that is in the working tree it is made from. */
  createBranch(p: CreateBranchParams): Promise<BranchReport>;
  /** Removes a branch. Its checkpoints stay, and what was not checkpointed becomes one first. */
  deleteBranch(p: DeleteBranchParams): Promise<DeleteBranchReport>;
  /** Its number and its checkpoints stay. */
  renameBranch(p: RenameBranchParams): Promise<BranchReport>;
  /** All of them, oldest first. */
  listBranches(p: Record<string, never>): Promise<ListBranchesReport>;
  /** One branch. Rejects with `unknown_branch`. */
  showBranch(p: ShowBranchParams): Promise<BranchReport>;
}

/** A new branch. */
export interface CreateBranchParams {
  /** 1 to 64 of `A-Z a-z 0-9 . _ / -`. */
  name: string;
  /** A branch, whose working tree it starts with, or a checkpoint. Default: main. */
  from?: string;
}

/** The branch that goes. */
export interface DeleteBranchParams {
  name: string;
  /** Although it is in use. */
  force?: boolean;
}

/** A branch and its new name. */
export interface RenameBranchParams {
  name: string;
  to: string;
}

/** The branch that is meant. */
export interface ShowBranchParams {
  name: string;
}

/** A branch, and how far it went from its parent. */
export interface BranchReport {
  name: string;
  /** Of main 0; those of deleted branches are used again. */
  number: number;
  /** The branch it was made from; null for main. */
  parent: string | null;
  created: string;
  head: { id: string; label: string | null; time: string };
  /** Checkpoints that only it has, and that only its parent has; null where there is no parent to compare with. */
  ahead: number | null;
  behind: number | null;
  /** True if its working tree differs from its head. */
  dirty: boolean;
  /** Where it is in the mount. */
  path: string;
}

/** A branch that is gone. */
export interface DeleteBranchReport {
  name: string;
  /** What the branch was last: `branch create NAME --from ID` brings it back. */
  head: string;
}

/** All branches, oldest first. */
export interface ListBranchesReport {
  branches: BranchReport[];
}
