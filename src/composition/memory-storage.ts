import { memoryBell } from '../infrastructure/memory/bell.ts'
import { memoryChats } from '../infrastructure/memory/chats.ts'
import { memoryHealth } from '../infrastructure/memory/health.ts'
import { memoryInboxes } from '../infrastructure/memory/inboxes.ts'
import { memoryKeys } from '../infrastructure/memory/keys.ts'
import { memoryMarkers } from '../infrastructure/memory/markers.ts'
import { memoryReactions } from '../infrastructure/memory/reactions.ts'
import { memorySignals } from '../infrastructure/memory/signals.ts'
import { memoryStore } from '../infrastructure/memory/store.ts'
import type { Storage } from './storage.ts'

/** Nothing to open, and nothing left when the process ends. */
export const memoryStorage = (): Storage => {
  const store = memoryStore()
  const chats = memoryChats(store)
  return {
    chats,
    journal: chats,
    markers: memoryMarkers(store),
    inboxes: memoryInboxes(store),
    signals: memorySignals(),
    reactions: memoryReactions(store),
    keys: memoryKeys(),
    bell: memoryBell(),
    health: memoryHealth,
    close: async () => {},
  }
}
