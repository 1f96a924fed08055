/** Takes something that was just opened, remembers how it is released, and gives it back. */
export type Hold = <A>(resource: A, release: (resource: A) => unknown) => A

/**
 * Releases in a hook, after each test unless told otherwise, what tests open: the latest first, each whatever became of
 * the others, and of the test. Who opens something hands it over in the same expression:
 *
 *     const hold = releasing()
 *     const messenger = hold(await served(storage), ({ stop }) => stop())
 */
export const releasing = (hook: (release: () => Promise<void>) => void = afterEach): Hold => {
  const held: (() => unknown)[] = []
  hook(async () => {
    const errors: unknown[] = []
    for (const release of held.splice(0).reverse()) {
      try {
        await release()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length === 1) throw errors[0]
    if (errors.length > 1) throw new AggregateError(errors, errors.map(String).join('\n'))
  })
  return (resource, release) => {
    held.push(() => release(resource))
    return resource
  }
}
