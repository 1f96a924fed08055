import { registerHooks } from 'node:module'

/** Loaded before a server: its sends are written by the very same statements, but that they say nothing of markers. */
const MARKING = '/writes/marking-senders.ts'
const NOTHING = new URL('no-markers.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) => {
    const found = next(specifier, context)
    return found.url.endsWith(MARKING) ? { ...found, url: NOTHING } : found
  },
})
