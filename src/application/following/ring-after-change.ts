import * as E from 'fp-ts/lib/Either.js'
import type { Bell } from '../ports/bell.ts'
import type { Chats } from '../ports/chats.ts'

/** The same chats, with a ring after every chat that was opened and every decision that was kept, whoever made it. */
export const ringAfterChange = (chats: Chats, bell: Bell): Chats => ({
  ...chats,
  add: (caller, draft, intent) => async () => {
    const opened = await chats.add(caller, draft, intent)()
    if (E.isRight(opened)) bell.ring(opened.right.done.id)
    return opened
  },
  decide: (caller, ask, decision) => async () => {
    const outcome = await chats.decide(caller, ask, decision)()
    if (E.isRight(outcome)) bell.ring(ask.chatId)
    return outcome
  },
})
