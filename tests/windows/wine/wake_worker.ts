/** A thread that waits for a wake, and never returns to its event loop before. */

import { PollSet, rest, wake } from "../../../src/host/wake.ts";

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<{ asked: number; answered: number }>) => void) | null;
  postMessage(message: unknown): void;
};

scope.onmessage = ({ data: { asked, answered } }) => {
  const set = new PollSet([asked]);
  for (let i = 0; i < 100; i++) {
    set.wait(1, -1);
    rest(asked);
    wake(answered);
  }
  scope.postMessage("done");
};
