/**
 * Wakes of macOS: a kqueue(2) with one event of its own.
 *
 * @module
 */

export {
  POLLIN,
  PollSet,
  take as rest,
  trigger as wake,
  userQueue as createWake,
} from "../../../ffi/macos/socket.ts";
