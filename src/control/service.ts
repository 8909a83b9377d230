/**
 * What a daemon can be asked to do, and the plain data it answers with.
 *
 * Every method takes one plain object and returns plain JSON, so the same interface is served over the
 * control socket, through `.agentvfs/ctl` in the mount, and to tests. Times are ISO 8601 in UTC, durations
 * milliseconds, sizes bytes, ids 64 hex digits unless a field says otherwise.
 *
 * @module
 */

import type { BranchesService } from "./service/branches.ts";
import type { DaemonService } from "./service/daemon.ts";
import type { HistoryService } from "./service/history.ts";
import type { MergeService } from "./service/merge.ts";
import type { SessionsService } from "./service/sessions.ts";
import type { StoreService } from "./service/store.ts";

/** A daemon, as its clients see it. Every rejection is a `ServiceError`. */
export interface Service
  extends
    HistoryService,
    BranchesService,
    MergeService,
    SessionsService,
    StoreService,
    DaemonService {}
