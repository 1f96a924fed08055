/**
 * Places to remember sights in, a power of two, and about as many as pages find room in a cache: what is asked for again only
 * after more others than that would not be found there.
 */
const PLACES = 4096

/** FNV-1a, of 32 bits. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}

/**
 * Tells what was asked for before, roughly: one sight may take the place of another, or be taken for it. Nothing is kept on the
 * heap for what is asked for once: a cache that holds on to each of them makes the collector carry it to the old generation,
 * which takes a third of the time of reading pages that nobody asks for again.
 */
export const secondSight = (): ((key: string) => boolean) => {
  const sights = new Uint32Array(PLACES)
  return (key) => {
    const hash = hashOf(key)
    const place = (hash ^ (hash >>> 16)) & (PLACES - 1)
    const isSeen = sights[place] === hash
    sights[place] = hash
    return isSeen
  }
}
