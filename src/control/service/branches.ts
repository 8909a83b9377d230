/**
 * The names of what is said about branches.
 *
 * @module
 */

export type { DeleteBranchReport } from "../methods/branches/delete_branch.ts";
export type { ListBranchesReport } from "../methods/branches/list_branches.ts";
export type { BranchReport } from "../shapes/branches.ts";
