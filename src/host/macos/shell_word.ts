export { lineIn, shellWord } from "../linux/shell_word.ts";
