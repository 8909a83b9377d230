export { programOnPath, systemProgram } from "../linux/system_program.ts";
