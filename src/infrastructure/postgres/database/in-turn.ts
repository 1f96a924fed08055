/** Does work under one name one after another, whatever became of the one before; under different names, at once. */
export const inTurn = () => {
  const last = new Map<string, Promise<unknown>>()
  return async <A>(name: string, work: () => Promise<A>): Promise<A> => {
    const own = (last.get(name) ?? Promise.resolve()).then(work, work)
    last.set(name, own)
    try {
      return await own
    } finally {
      if (last.get(name) === own) last.delete(name)
    }
  }
}
