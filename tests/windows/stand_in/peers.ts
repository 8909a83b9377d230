/** As Linux' own; but connections through the door of the stand-in are in this process, too, and have no process at their ends. */

import { type PeerCredentials, Peers as Linux } from "../../../src/host/linux/peers.ts";

export class Peers extends Linux {
  override accepted(): readonly PeerCredentials[] {
    return super.accepted().filter(({ pid }) => pid !== 0);
  }
}
