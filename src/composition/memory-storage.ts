import { memoryBell } from '../infrastructure/memory/bell.ts'
import { memoryChats } from '../infrastructure/memory/chats.ts'
import { memoryHealth } from '../infrastructure/memory/health.ts'
import { memoryKeys } from '../infrastructure/memory/keys.ts'
import type { Storage } from './storage.ts'

/** Nothing to open, and nothing left when the process ends. */
export const memoryStorage = (): Storage => {
  const chats = memoryChats()
  return {
    chats,
    journal: chats,
    keys: memoryKeys(),
    bell: memoryBell(),
    health: memoryHealth,
    close: async () => {},
  }
}
