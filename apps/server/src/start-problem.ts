/** Something outside of the configuration keeps the server from starting; the message says what to do. */
export class StartProblem extends Error {
  override readonly name = 'StartProblem';
}
