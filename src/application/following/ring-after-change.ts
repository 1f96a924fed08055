import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { ChatId } from '../../domain/identity.ts'
import type { Bell } from '../ports/bell.ts'
import type { Chats } from '../ports/chats.ts'

/** The same chats, with a ring after every change that was kept, whoever makes it. */
export const ringAfterChange = (chats: Chats, bell: Bell): Chats => {
  const ringing =
    <Refused, A>(id: ChatId, change: TE.TaskEither<Refused, A>): TE.TaskEither<Refused, A> =>
    async () => {
      const outcome = await change()
      if (E.isRight(outcome)) bell.ring(id)
      return outcome
    }

  return {
    ...chats,
    change: (id, decide) => ringing(id, chats.change(id, decide)),
    post: (id, decide, intent) => ringing(id, chats.post(id, decide, intent)),
    changeMessage: (id, messageId, decide) => ringing(id, chats.changeMessage(id, messageId, decide)),
    remove: (id, decide) => ringing(id, chats.remove(id, decide)),
  }
}
