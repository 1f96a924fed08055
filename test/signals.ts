import type { Signal } from '../src/application/ports/signals.ts'
import type { UserId } from '../src/domain/caller.ts'
import type { ChatId } from '../src/domain/identity.ts'
import { aChatId, aPosition } from './fixtures.ts'

interface Of {
  readonly chatId?: ChatId
  readonly user?: string
}

export const aTyping = ({ chatId = aChatId(), user = 'ada' }: Of = {}): Signal => ({
  kind: 'typing',
  chatId,
  userId: user as UserId,
})

export const aReading = (upTo: number, { chatId = aChatId(), user = 'ada' }: Of = {}): Signal => ({
  kind: 'read',
  chatId,
  userId: user as UserId,
  readMessageId: aPosition(upTo),
})
