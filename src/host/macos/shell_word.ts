export { EDITOR, lineIn, PAGER, shellCommand, shellWord } from "../linux/shell_word.ts";
