import type { Signals } from '../../ports/signals.ts'
import { type Milliseconds, monotonic, onceIn } from './once-in.ts'

/**
 * Milliseconds in which this server sends once that a user types in a chat. Far less than those in which it is told once: what is
 * sent every 3 s arrives now a little early, and would be passed over, and then 3 s late.
 */
const SENT_MS = 1000

/** Users in chats of whom it is remembered that it was sent. */
const TYPISTS = 100_000

/** The same signals, without the typing that would be told to nobody: it spares the other servers most of a crowd's. */
export const typingNowAndThen = (signals: Signals, now: Milliseconds = monotonic): Signals => {
  const isTime = onceIn(SENT_MS, TYPISTS, now)
  return {
    ...signals,
    send: (signal) => {
      if (signal.kind !== 'typing' || isTime(`${signal.chatId} ${signal.userId}`)) signals.send(signal)
    },
  }
}
