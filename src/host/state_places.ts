/**
 * Where programs of a user keep what is to last, and what lasts as long as the machine runs.
 *
 * @module
 */

export { runtimePlaces, statePlace } from "./linux/state_places.ts";
