/**
 * What a process is: its program, arguments and directory, as long as it is there.
 *
 * @module
 */

export { argumentsOf, type ProcessDetails, processDetails } from "./linux/process_details.ts";
