/**
 * Connections between processes of one machine. Light: clients load it at each start.
 *
 * @module
 */

import * as linux from "./linux/local_socket.ts";
import * as macos from "./macos/local_socket.ts";
import * as windows from "./windows/local_socket.ts";
import { pick } from "./pick.ts";

export type { LocalConnection } from "./linux/local_socket.ts";

export const { ADDRESS_BYTES, connectLocal, fitsAddress } = pick(linux, { macos, windows });
