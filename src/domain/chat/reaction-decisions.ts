import * as E from 'fp-ts/lib/Either.js'
import { type Caller, type Forbidden, type UserId, userOf } from '../caller.ts'
import type { MessageId } from '../identity.ts'
import { advance, type Chat } from './chat.ts'
import type { Message } from './message.ts'
import type { MessageNotFound } from './not-found.ts'
import { allowed, refused, standingOf } from './permissions.ts'
import {
  counted,
  discounted,
  type Reacting,
  type Reaction,
  type ReactionCounts,
  type ReactionNotFound,
  type TooManyReactions,
} from './reaction.ts'
import type { Decision, Outcome, Scene } from './scene.ts'

interface Reacted extends Outcome {
  readonly chat: Chat
  readonly message: Message
}

/** How, to which message. */
interface Answer {
  readonly messageId: MessageId
  readonly reaction: Reaction
  readonly at: Date
}

interface Target {
  readonly message: Message
  readonly userId: UserId
}

/** The message, and the user that may react to it. */
const targetIn = (
  caller: Caller,
  { chat, membership, message }: Scene,
  messageId: MessageId,
): E.Either<MessageNotFound | Forbidden, Target> => {
  if (!message) return E.left({ kind: 'MessageNotFound', chatId: chat.id, messageId })
  const refusal = allowed(standingOf(caller, chat, membership), 'react')
  if (E.isLeft(refusal)) return refusal
  const userId = userOf(caller)
  return userId === null ? refused('A service reacts for nobody') : E.right({ message, userId })
}

/** A change of the message: it takes a revision, and leaves what the message says. */
const changed = (
  { chat: before }: Scene,
  { message, userId }: Target,
  { reaction, at }: Answer,
  reactions: ReactionCounts,
  isThere: boolean,
): Reacted & { readonly reacting: Reacting } => {
  const chat = advance(before, at)
  const { chatId, id: messageId } = message
  return {
    chat,
    message: { ...message, reactions, revision: chat.revision },
    reacting: { chatId, messageId, userId, reaction, isThere },
  }
}

/** Who reacted so already changes nothing. */
export const react =
  (caller: Caller, answer: Answer): Decision<MessageNotFound | Forbidden | TooManyReactions, Reacted> =>
  (scene) => {
    const target = targetIn(caller, scene, answer.messageId)
    if (E.isLeft(target)) return target
    const { message } = target.right
    if (scene.reacted) return E.right({ chat: scene.chat, message })
    return E.map((reactions: ReactionCounts) => changed(scene, target.right, answer, reactions, true))(
      counted(message.reactions, answer.reaction),
    )
  }

/** Takes the caller's own reaction back. */
export const unreact =
  (caller: Caller, answer: Answer): Decision<MessageNotFound | Forbidden | ReactionNotFound, Reacted> =>
  (scene) => {
    const { messageId, reaction } = answer
    const target = targetIn(caller, scene, messageId)
    if (E.isLeft(target)) return target
    if (!scene.reacted) return E.left({ kind: 'ReactionNotFound', messageId, reaction })
    const reactions = discounted(target.right.message.reactions, reaction)
    return E.right(changed(scene, target.right, answer, reactions, false))
  }
