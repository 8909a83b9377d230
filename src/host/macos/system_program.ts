export { systemProgram } from "../linux/system_program.ts";
