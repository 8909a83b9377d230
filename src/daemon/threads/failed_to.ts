/** For what goes on where it can: says what did not work. */
export function failedTo(what: string): (error: Error) => void {
  return ({ message }) => console.error(`Cannot ${what}: ${message}`);
}
