/**
 * Something that is done when this process ends by itself, in the middle of whatever it was doing; only a kill is too quick for
 * it. It cannot wait. Returns what calls it off.
 */
export const atExit = (work: () => void): (() => void) => {
  process.on('exit', work)
  return () => void process.off('exit', work)
}
