/**
 * Files as memory that outlives the process that wrote it.
 *
 * @module
 */

export { mapFile, type Mapping, MAPPING_ALIGNMENT } from "./linux/mapping.ts";
