/**
 * What a person is told to type, for the shell that they sit at, and what runs a line that a person wrote.
 *
 * @module
 */

import * as linux from "./linux/shell_word.ts";
import * as macos from "./macos/shell_word.ts";
import * as windows from "./windows/shell_word.ts";
import { pick } from "./pick.ts";

export const { EDITOR, lineIn, PAGER, shellCommand, shellWord } = pick(linux, { macos, windows });

/** A word of the lines that agents run: their shell is a POSIX one on every system. */
export const posixWord = linux.shellWord;
