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
} from "./linux/processes.ts";
