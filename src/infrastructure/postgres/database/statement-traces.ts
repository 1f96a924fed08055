/**
 * Whoever traces statements, if anybody does. Statements are run for whoever asks, and those of many who ask go together:
 * for whom is known where they ask, and is handed on from there.
 */
export interface StatementTraces {
  /** Whoever asks for what is being done now. */
  readonly asker: () => unknown
  /** Does work for several that asked, each as `asker` told of it; nobody, when none is given. */
  readonly together: <A>(askers: readonly unknown[], work: () => A) => A
  /** Runs a statement, which is told by its name alone, for whoever it is done for. */
  readonly run: <A>(name: string, work: () => Promise<A>) => Promise<A>
}
