import { useEffect, useState } from 'preact/hooks'
import type { Store } from './store.ts'

/** The value of the store as it is now, in a component that is drawn again whenever it changes. */
export const useStore = <A>(store: Store<A>): A => {
  const [, draw] = useState({})
  useEffect(() => {
    const drawn = store.read()
    const stop = store.listen(() => draw({}))
    if (store.read() !== drawn) draw({})
    return stop
  }, [store])
  return store.read()
}
