/**
 * What rules call programs: a name, or an absolute path of either system.
 *
 * @module
 */

/** True of a name with directories before it that begin nowhere. */
export function isRelativeProgram(program: string): boolean {
  return /[\\/]/.test(program) && !/^(\/|\\\\|[A-Za-z]:[\\/])/.test(program);
}

/**
 * True if a rule's program is a Windows executable of this path: neither's case counts, slashes are backslashes, and `.exe` may be
 * left out of a name.
 */
export function isWindowsProgram(program: string, executable: string): boolean {
  const [wanted, path] = [folded(program), folded(executable)];
  if (wanted.includes("/")) return wanted === path;
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name === wanted || name === `${wanted}.exe`;
}

function folded(path: string): string {
  return path.replaceAll("\\", "/").toLowerCase();
}
