import { ControlClient, ControlError } from "../client.ts";
import type { Ask } from "./ask.ts";
import { untilReplaced } from "./until_replaced.ts";

/** A call that is the death of so many servers is not made again. */
const MOST_CALLS = 5;

/** Asks by `client`; where its connection is lost, because its server was replaced or died, by others. */
export class Reconnecting implements Disposable {
  #client: ControlClient;

  constructor(readonly first: ControlClient) {
    this.#client = first;
  }

  readonly ask: Ask = async (call) => {
    for (let calls = 1;; calls++) {
      try {
        return await call(this.#client, calls > 1);
      } catch (error) {
        const isLost = error instanceof ControlError && error.code === "closed";
        if (!isLost || calls >= MOST_CALLS) throw error;
      }
      this.#client = await untilReplaced(() => ControlClient.connect(this.first.socket));
    }
  };

  /** The first one is its owner's. */
  [Symbol.dispose](): void {
    if (this.#client !== this.first) this.#client.close();
  }
}
