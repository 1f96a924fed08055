const tags = new WeakMap<object, string>()

/** Remembers the tag that came with the value. */
export const tagged = <A extends object>(value: A, etag: string | null): A => {
  if (etag !== null) tags.set(value, etag)
  return value
}

/**
 * The `ETag` that came with what the client returned (a chat, a message, a page, or the message of an event), to be sent
 * as `ifMatch`: the change is then made only if nobody changed the thing since. A copy has none.
 */
export const etagOf = (value: object): string | undefined => tags.get(value)
