/**
 * Where the system keeps its programs.
 *
 * @module
 */

export { systemProgram } from "./linux/system_program.ts";
