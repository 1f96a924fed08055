import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { ChatId } from '../domain/identity.ts'
import type { Bell, Chats } from './ports.ts'

/** The same chats, with a ring after every change that was kept, whoever makes it. */
export const ringAfterChange = (chats: Chats, bell: Bell): Chats => {
  const ringing = <E, A>(id: ChatId, change: TE.TaskEither<E, A>) =>
    pipe(
      change,
      TE.tapIO(() => () => bell.ring(id)),
    )

  return {
    ...chats,
    change: (id, decide) => ringing(id, chats.change(id, decide)),
    post: (id, decide, intent) => ringing(id, chats.post(id, decide, intent)),
    changeMessage: (id, messageId, decide) => ringing(id, chats.changeMessage(id, messageId, decide)),
    remove: (id, decide) => ringing(id, chats.remove(id, decide)),
  }
}
