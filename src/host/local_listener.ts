/**
 * Taking connections of other processes of this machine.
 *
 * @module
 */

export { listenLocal, type LocalListener } from "./linux/local_listener.ts";
