/**
 * What every step of one apply needs.
 *
 * @module
 */

import type { Store } from "../store/store.ts";
import type { ApplyReport } from "./apply_report.ts";
import type { ProjectCalls } from "./project_calls.ts";
import type { ProjectRoot } from "./project_root.ts";

export interface ApplyContext {
  readonly store: Store;
  readonly calls: ProjectCalls;
  readonly root: ProjectRoot;
  /** Part of the names that this apply uses. */
  readonly id: string;
  /**
   * Another process began this, so some of it is done. What is there is then known by its bytes; by its inode and change time
   * in an apply that begins, which is what tells that nobody wrote there since.
   */
  readonly isResumed: boolean;
  /** The directory itself was made for this. */
  readonly isRootMade: boolean;
  /** Inodes whose change time is another one because of us. */
  readonly touched: Set<number>;
  readonly report: ApplyReport;
}
