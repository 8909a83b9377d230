/**
 * Other processes: whether they run, what they are called, who started them.
 *
 * @module
 */

export {
  ancestry,
  commandOf,
  instanceOf,
  isAlive,
  isOver,
  isRunning,
  mountNamespace,
  parentOf,
  type ProcessId,
  processId,
  processOf,
  sinceBoot,
} from "./linux/processes.ts";
