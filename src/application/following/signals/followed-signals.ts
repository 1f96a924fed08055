import type { ChatId } from '../../../domain/identity.ts'
import type { Signals } from '../../ports/signals.ts'
import { type Milliseconds, monotonic, onceIn } from './once-in.ts'
import type { SignalBatch } from './signal-batch.ts'
import { type After, type SignalHub, signalHub } from './signal-hub.ts'

/** Milliseconds in which a user who types in a chat is told of once, whichever server it asked. */
const TYPING_MS = 3000

/** Users in chats of whom it is remembered that they were told of. */
const TYPISTS = 100_000

/** What one follower hears of a chat. */
export interface Hearing {
  /** The newest that was told since it was last asked; undefined when nothing was. */
  readonly next: () => SignalBatch | undefined
  readonly leave: () => void
}

/** The signals of the chats that are followed on this server. */
export interface FollowedSignals {
  /** For who may see them. From now on: wakes the follower whenever there are more. */
  readonly hear: (id: ChatId, wake: () => void) => Hearing
  readonly close: () => void
}

export interface SignalSettings {
  readonly after?: After
  readonly now?: Milliseconds
}

const afterTime: After = (milliseconds, work) => {
  const timer = setTimeout(work, milliseconds).unref()
  return () => clearTimeout(timer)
}

/** One hub for each chat in which somebody hears signals here: it begins with the first and ends with the last of them. */
export const followedSignals = (
  signals: Signals,
  { after = afterTime, now = monotonic }: SignalSettings = {},
): FollowedSignals => {
  const hubs = new Map<ChatId, SignalHub>()
  const isTime = onceIn(TYPING_MS, TYPISTS, now)

  const begin = (id: ChatId): SignalHub => {
    const hub = signalHub(after)
    hubs.set(id, hub)
    return hub
  }

  const stopListening = signals.listen((signal) => {
    const hub = hubs.get(signal.chatId)
    if (hub && (signal.kind !== 'typing' || isTime(`${signal.chatId} ${signal.userId}`))) hub.add(signal)
  })

  return {
    hear: (id, wake) => {
      const hub = hubs.get(id) ?? begin(id)
      let taken = hub.latest()
      hub.followers.add(wake)
      return {
        next: () => {
          const latest = hub.latest()
          if (latest === taken) return undefined
          taken = latest
          return latest
        },
        leave: () => {
          if (!hub.followers.delete(wake) || hub.followers.size > 0) return
          hubs.delete(id)
          hub.close()
        },
      }
    },
    close: () => {
      stopListening()
      for (const hub of hubs.values()) hub.close()
    },
  }
}
