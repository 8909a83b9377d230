/**
 * Connections between processes of one machine. Light: clients load it at each start.
 *
 * @module
 */

export {
  ADDRESS_BYTES,
  connectLocal,
  fitsAddress,
  type LocalConnection,
} from "./linux/local_socket.ts";
