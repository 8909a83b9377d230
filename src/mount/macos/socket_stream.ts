/**
 * The calls of a {@linkcode MessageStream} on a socket.
 *
 * @module
 */

import {
  MSG_DONTWAIT,
  MSG_PEEK,
  POLLIN,
  POLLOUT,
  PollSet,
  recv,
  send,
  take,
} from "../../../ffi/macos/socket.ts";
import type { StreamCalls } from "./message_stream.ts";
import type { StreamWaits } from "./session.ts";

export function socketStream(fd: number): StreamCalls {
  const room = new PollSet([fd], POLLOUT);
  return {
    peek: (into) => recv(fd, into, MSG_PEEK | MSG_DONTWAIT),
    take: (into) => recv(fd, into, MSG_DONTWAIT),
    send: (from) => send(fd, from, MSG_DONTWAIT),
    waitToSend: () => void room.wait(1, -1),
  };
}

/** What a session waits for: requests, the daemon's commands, answers of filters, and the disk. */
export function socketWaits(
  stream: number,
  commands: number,
  filters: number,
  flushes: number,
): StreamWaits {
  const wakes = [commands, filters, flushes];
  const set = new PollSet([...wakes, stream]);
  let ready = 0;
  const has = (index: number) => ready > 0 && (set.events(index) & POLLIN) !== 0;
  return {
    wait: (isStreamWanted, timeout) => {
      ready = set.wait(isStreamWanted ? 4 : 3, timeout);
      for (const [index, queue] of wakes.entries()) if (has(index)) take(queue);
    },
    get isCommanded() {
      return has(0);
    },
    get isFiltered() {
      return has(1);
    },
    get isFlushed() {
      return has(2);
    },
  };
}
