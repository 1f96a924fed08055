import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Bell } from '../ports/bell.ts'
import type { Chats } from '../ports/chats.ts'

/** The same chats, with a ring after every decision that was kept, whoever made it. */
export const ringAfterChange = (chats: Chats, bell: Bell): Chats => ({
  ...chats,
  decide: (ask, decision) =>
    pipe(
      chats.decide(ask, decision),
      TE.tapIO(() => () => bell.ring(ask.chatId)),
    ),
})
