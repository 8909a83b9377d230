/** True of a program's name with directories before it that begin nowhere: a rule has a name, or an absolute path of either system. */
export function isRelativeProgram(program: string): boolean {
  return /[\\/]/.test(program) && !/^(\/|\\\\|[A-Za-z]:[\\/])/.test(program);
}
