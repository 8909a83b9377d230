/**
 * Wakes of Windows: events.
 *
 * @module
 */

export {
  createEvent as createWake,
  POLLIN,
  PollSet,
  resetEvent as rest,
  setEvent as wake,
} from "../../../ffi/windows/event.ts";
