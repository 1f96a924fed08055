/** What the service takes from later Nodes, for Node 20, which lacks it. Later Nodes keep their own. */
const missing = <A extends object, Name extends keyof A>(owner: A, name: Name, value: A[Name]) => {
  if (!(name in owner)) Object.defineProperty(owner, name, { value, writable: true, configurable: true })
}

missing(Promise, 'withResolvers', <A>() => {
  const parts = {} as PromiseWithResolvers<A>
  parts.promise = new Promise<A>((resolve, reject) => Object.assign(parts, { resolve, reject }))
  return parts
})

missing(Map, 'groupBy', <Key, Item>(items: Iterable<Item>, keyOf: (item: Item, index: number) => Key) => {
  const groups = new Map<Key, Item[]>()
  let index = 0
  for (const item of items) {
    const key = keyOf(item, index++)
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return groups
})
